import { AggregateRoot, DomainError } from '@app/kernel';
import { SnapshotCompleted, SnapshotFailed, SnapshotRequested, type SnapshotEvent } from './snapshot.events.js';
import type { SnapshotContent, SnapshotFailure, SnapshotState, SnapshotTotals, SnapshotZip } from './snapshot.state.js';

export type SnapshotRequest = Pick<SnapshotState, 'id' | 'datasetId' | 'version' | 'parent' | 'position' | 'head' | 'requestedBy' | 'note' | 'tag' | 'numImages' | 'numLabeled'> & {
  /** Null where it is not known yet. */
  readonly contentHash: string | null;
  readonly now: Date;
};

/** An immutable version of a dataset: a position in its sequence of changes. One content, one version. Its zip is made when somebody needs it. */
export class Snapshot extends AggregateRoot<SnapshotEvent> {
  private constructor(private readonly data: SnapshotState) {
    super();
  }

  static request(request: SnapshotRequest): Snapshot {
    const { now, ...facts } = request;
    const none = { totals: null, zip: null, tail: null, failure: null, completedAt: null, zipUsedAt: null, zipSuspectedAt: null, zipCheckedAt: null, bytesMoved: null, bytesCopied: null };
    const snapshot = new Snapshot({ ...facts, ...none, createdAt: now, state: 'building', zipState: 'none', waitingJobIds: [] });
    snapshot.raise(new SnapshotRequested());
    return snapshot;
  }

  static restore(state: SnapshotState): Snapshot {
    return new Snapshot({ ...state });
  }

  get state(): Readonly<SnapshotState> {
    return this.data;
  }

  /** Whether a builder has something to do for it. */
  get isOpen(): boolean {
    return this.data.state === 'building' || (this.data.state === 'ready' && this.data.zipState === 'building');
  }

  /** Somebody needs its zip: it is made where it is not there. */
  wantZip(now: Date): void {
    if (this.data.state !== 'building' && this.data.state !== 'ready') throw new DomainError('state-conflict', 'This version cannot be had any more.');
    this.data.zipUsedAt = now;
    if (this.data.zipState === 'ready' || this.data.zipState === 'building') return;
    this.data.zipState = 'building';
    this.data.failure = null;
    // Until it is recorded, a builder is on its way anyway.
    if (this.data.state === 'ready') this.raise(new SnapshotRequested());
  }

  /** The job is told of the outcome: now where it is known, else when it is. */
  awaitedBy(jobId: string, now: Date): void {
    this.data.waitingJobIds = [...new Set([...this.data.waitingJobIds, jobId])];
    this.wantZip(now);
    if (this.data.zipState === 'ready') this.raise(new SnapshotCompleted(this.told()));
  }

  /** What the version is of. */
  record({ contentHash, totals }: SnapshotContent, now: Date): void {
    if (this.data.state !== 'building') return;
    this.data.contentHash = contentHash;
    this.data.totals = totals;
    this.data.numImages = totals.images;
    this.data.numLabeled = totals.labeled;
    this.data.state = 'ready';
    this.data.completedAt = now;
  }

  /** The labels were in an uploaded zip when the version was recorded; what is known of it otherwise does not change. */
  countLabels({ annotations, classes }: SnapshotTotals): void {
    if (this.data.totals === null || this.data.totals.annotations !== null) return;
    this.data.totals = { ...this.data.totals, annotations, classes };
  }

  /** Ends, because another version has the content; answers who waited, for them to wait for that one. */
  giveWayTo(version: number, now: Date): readonly string[] {
    const waiting = this.told();
    this.fail({ code: 'same-content', detail: `Version ${version} has the same content.` }, now);
    return waiting;
  }

  completeZip(zip: SnapshotZip, moved: { readonly bytesMoved: number; readonly bytesCopied: number }, now: Date): void {
    if (!this.isOpen) return;
    const checked = this.data.zipSuspectedAt === null ? {} : { zipSuspectedAt: null, zipCheckedAt: now };
    Object.assign(this.data, { zip, ...moved, ...checked, zipState: 'ready', zipUsedAt: now, tail: null });
    this.raise(new SnapshotCompleted(this.told()));
  }

  /** A reader found other bytes than were frozen. Its builder reads the zip whole, and makes it again from the originals where that is so. */
  doubtZip(now: Date): void {
    if (this.data.state !== 'ready' || this.data.zipState !== 'ready') return;
    this.data.zipState = 'building';
    this.data.zipSuspectedAt = now;
    this.raise(new SnapshotRequested());
  }

  /** The zip could not be made; the version stays, and the zip may be asked for again. */
  failZip(failure: SnapshotFailure): void {
    if (this.data.zipState !== 'building') return;
    this.data.zipState = 'failed';
    this.data.failure = failure;
    this.raise(new SnapshotFailed(this.told()));
  }

  /** The version cannot be made. */
  fail(failure: SnapshotFailure, now: Date): void {
    if (this.data.state !== 'building') return;
    this.data.state = 'failed';
    this.data.zipState = 'none';
    this.data.failure = failure;
    this.data.completedAt = now;
    this.raise(new SnapshotFailed(this.told()));
  }

  /** Stops making the zip. Not while a training waits for it. */
  cancelZip(): void {
    if (this.data.zipState !== 'building') throw new DomainError('state-conflict', 'The zip of this version is not being made.');
    if (this.data.waitingJobIds.length > 0) throw new DomainError('state-conflict', 'A training waits for this version. Cancel the training first.', { extensions: { job_ids: this.data.waitingJobIds } });
    this.data.zipState = 'none';
  }

  /** The zip is removed; the version stays, and the zip can be made again, byte for byte. */
  dropZip(tail: SnapshotState['tail']): void {
    if (this.data.zipState !== 'ready') throw new DomainError('state-conflict', 'This version has no zip.');
    this.data.zipState = 'none';
    this.data.tail = tail;
  }

  delete(): void {
    if (this.data.state === 'deleted') return;
    if (this.data.zipState === 'building') this.cancelZip();
    Object.assign(this.data, { state: 'deleted', zipState: 'none', tail: null, tag: null });
  }

  /** Words of people; the content is not touched. */
  describe({ note, tag }: { readonly note?: string | null; readonly tag?: string | null }): void {
    if (note !== undefined) this.data.note = note;
    if (tag !== undefined) this.data.tag = tag;
  }

  private told(): readonly string[] {
    const { waitingJobIds } = this.data;
    this.data.waitingJobIds = [];
    return waitingJobIds;
  }
}
