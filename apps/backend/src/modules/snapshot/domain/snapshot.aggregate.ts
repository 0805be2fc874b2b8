import { AggregateRoot } from '@app/kernel';
import { SnapshotCompleted, SnapshotFailed, SnapshotRequested, type SnapshotEvent } from './snapshot.events.js';

export interface SnapshotZip {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface SnapshotFailure {
  readonly code: string;
  readonly detail: string;
}

export interface SnapshotState {
  readonly id: string;
  readonly datasetId: string;
  readonly version: number;
  readonly requestedBy: string;
  readonly note: string | null;
  readonly createdAt: Date;
  contentHash: string;
  numImages: number;
  numLabeled: number;
  state: 'building' | 'ready' | 'failed';
  zip: SnapshotZip | null;
  failure: SnapshotFailure | null;
  completedAt: Date | null;
  /** Training jobs that still wait; each is told once, with the outcome, and is off the list then. */
  waitingJobIds: readonly string[];
}

export type SnapshotRequest = Pick<SnapshotState, 'id' | 'datasetId' | 'version' | 'contentHash' | 'requestedBy' | 'note' | 'numImages' | 'numLabeled'> & { readonly now: Date };

/** An immutable version of a dataset: one content, one version. */
export class Snapshot extends AggregateRoot<SnapshotEvent> {
  private constructor(private readonly data: SnapshotState) {
    super();
  }

  static request(request: SnapshotRequest): Snapshot {
    const { now, ...facts } = request;
    const snapshot = new Snapshot({ ...facts, createdAt: now, state: 'building', zip: null, failure: null, completedAt: null, waitingJobIds: [] });
    snapshot.raise(new SnapshotRequested());
    return snapshot;
  }

  static restore(state: SnapshotState): Snapshot {
    return new Snapshot({ ...state });
  }

  get state(): Readonly<SnapshotState> {
    return this.data;
  }

  /** The job is told of the outcome: now where it is known, else when it is. */
  awaitedBy(jobId: string): void {
    this.data.waitingJobIds = [...new Set([...this.data.waitingJobIds, jobId])];
    if (this.data.state === 'ready') this.raise(new SnapshotCompleted(this.told()));
  }

  /** Before it is made: the dataset went on. */
  follow(content: { readonly contentHash: string; readonly numImages: number; readonly numLabeled: number }): void {
    if (this.data.state !== 'building') return;
    const { contentHash, numImages, numLabeled } = content;
    Object.assign(this.data, { contentHash, numImages, numLabeled });
  }

  /** Ends without a zip, because another version has the content; answers who waited, for them to wait for that one. */
  giveWayTo(version: number, now: Date): readonly string[] {
    const waiting = this.told();
    this.fail({ code: 'dataset-changed', detail: `The dataset was changed back before this version was made; version ${version} has its content.` }, now);
    return waiting;
  }

  complete(zip: SnapshotZip, now: Date): void {
    if (this.data.state !== 'building') return;
    this.data.state = 'ready';
    this.data.zip = zip;
    this.data.completedAt = now;
    this.raise(new SnapshotCompleted(this.told()));
  }

  fail(failure: SnapshotFailure, now: Date): void {
    if (this.data.state !== 'building') return;
    this.data.state = 'failed';
    this.data.failure = failure;
    this.data.completedAt = now;
    this.raise(new SnapshotFailed(this.told()));
  }

  private told(): readonly string[] {
    const { waitingJobIds } = this.data;
    this.data.waitingJobIds = [];
    return waitingJobIds;
  }
}
