import { DomainError } from '@app/kernel';
import { plusRequests, uploadForecast, type RequestForecast } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import type { Snapshot } from '../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';
import type { SnapshotState } from '../domain/snapshot.state.js';
import { guessedZip, MOST_PLANNED_IMAGES } from './guessed-zip.js';
import { SnapshotSource } from './ports/snapshot-source.port.js';
import { SnapshotStorage } from './ports/snapshot-storage.port.js';
import { VersionMaker } from './version-maker.js';
import { ZIP_BASES } from './zip-build.js';

export interface SnapshotForecast {
  readonly requests: RequestForecast;
  /** That would lie in the store more than now. */
  readonly bytes: number;
  /** Of the version's zip, there or to be made; null: none is asked for. */
  readonly zipBytes: number | null;
  /** False: parts of a large object are guessed. */
  readonly isExact: boolean;
}

const NOTHING: SnapshotForecast = { requests: { classA: 0, classB: 0 }, bytes: 0, zipBytes: null, isExact: true };
/** Packed: mostly the SHA-256, which does not pack. Manifests of more images than fit one part are guessed. */
const MANIFEST_BYTES_AN_IMAGE = 80;
const MOST_IN_ONE_PART = 60_000;
const NOBODY = '00000000-0000-7000-8000-000000000000';

/** What making a version, or its zip, would ask of the store, without doing it. Who asks has checked the permission. */
@Injectable()
export class SnapshotForecasts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly versions: VersionMaker,
    private readonly source: SnapshotSource,
    private readonly storage: SnapshotStorage,
  ) {}

  /** Of the dataset as it is now. Throws as making a version does. */
  async ofCurrent(datasetId: string, withZip: boolean): Promise<SnapshotForecast> {
    const made = await this.unitOfWork.run(() => this.versions.current({ datasetId, requestedBy: NOBODY }));
    if (made === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return this.forecast(made.snapshot, { isNew: made.isNew, withZip });
  }

  /** Of the zip of a version that there is. Throws `not-found`. */
  async ofVersion(datasetId: string, version: number): Promise<SnapshotForecast> {
    const snapshot = await this.snapshots.findByVersion(datasetId, version);
    if (snapshot === null || snapshot.state.state === 'deleted') throw new DomainError('not-found', 'There is no such version.');
    return this.forecast(snapshot, { isNew: false, withZip: true });
  }

  private async forecast({ state }: Snapshot, { isNew, withZip }: { readonly isNew: boolean; readonly withZip: boolean }): Promise<SnapshotForecast> {
    if (!isNew && withZip && state.zipState === 'ready') return { ...NOTHING, zipBytes: state.zip?.sizeBytes ?? null };
    if (!isNew && !withZip) return NOTHING;
    const manifestBytes = state.numImages * MANIFEST_BYTES_AN_IMAGE;
    const manifest = uploadForecast(manifestBytes);
    const isSmall = state.numImages <= MOST_IN_ONE_PART;
    if (!withZip) return { requests: manifest, bytes: manifestBytes, zipBytes: null, isExact: isSmall };
    if (state.numImages > MOST_PLANNED_IMAGES) return this.guessed(state, manifest, manifestBytes);
    const content = await this.source.open(state);
    if (content === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    try {
      const bases = await this.unitOfWork.run(() => this.snapshots.zipBases(state.datasetId, ZIP_BASES));
      const zip = await this.storage.forecastZip(state, content, bases);
      // The manifest says what the zip is, and `latest.json` points to it.
      return { requests: plusRequests(zip.requests, manifest, { classA: 1, classB: 0 }), bytes: manifestBytes + zip.sizeBytes, zipBytes: zip.sizeBytes, isExact: isSmall && zip.isExact };
    } finally {
      await content.close();
    }
  }

  private async guessed({ datasetId, numImages }: Readonly<SnapshotState>, manifest: RequestForecast, manifestBytes: number): Promise<SnapshotForecast> {
    const [base] = await this.unitOfWork.run(() => this.snapshots.zipBases(datasetId, 1));
    const zip = guessedZip(numImages, await this.source.imageBytes(datasetId), base);
    return { requests: plusRequests(zip.requests, manifest, { classA: 1, classB: 0 }), bytes: manifestBytes + zip.sizeBytes, zipBytes: zip.sizeBytes, isExact: false };
  }
}
