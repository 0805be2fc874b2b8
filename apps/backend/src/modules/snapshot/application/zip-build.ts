import { setMaxListeners } from 'node:events';
import { DomainError, newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import type { Snapshot } from '../domain/snapshot.aggregate.js';
import { SnapshotRepository, type ZipBase } from '../domain/snapshot.repository.port.js';
import type { SnapshotState, SnapshotZip } from '../domain/snapshot.state.js';
import type { SourceContent } from './ports/snapshot-source.port.js';
import { SnapshotStorage, type BuildOptions, type BuiltZip } from './ports/snapshot-storage.port.js';
import { ZipDoubts } from './zip-doubts.js';
import { ZipLeases } from './ports/zip-leases.port.js';

const REPORT_EVERY_MILLISECONDS = 1_000;
/** Zips that a new one may begin like; the newest ones have most in common. */
export const ZIP_BASES = 8;

type WriteOptions = Pick<BuildOptions, 'signal' | 'onProgress'>;

class Unwanted extends Error {}

/** Makes the zip of a version, tells how far it is, and stops when nobody wants it any more. */
@Injectable()
export class ZipBuild {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly storage: SnapshotStorage,
    private readonly leases: ZipLeases,
    private readonly doubts: ZipDoubts,
  ) {}

  /** Null: it was cancelled. Throws `unavailable` while another build makes it. */
  async build(snapshot: Snapshot, content: SourceContent): Promise<BuiltZip | null> {
    const stop = new AbortController();
    // Images are fetched ahead, each listens.
    setMaxListeners(50, stop.signal);
    let [done, total] = [0, 0];
    const [id, builder] = [snapshot.state.id, newId()];
    const claim = await this.leases.claim(id, builder);
    if (claim === null) throw new DomainError('unavailable', 'Another build makes this zip.', { retryAfterSeconds: 5 });
    const report = async (): Promise<void> => {
      if (!(await this.leases.report(id, builder, { done, total }))) stop.abort(new Unwanted());
    };
    // A report that fails is the next one's matter; the build has the database's errors of its own.
    const timer = setInterval(() => void report().catch(() => undefined), REPORT_EVERY_MILLISECONDS);
    try {
      if (claim === 'taken-over') await this.storage.clearUnfinished(snapshot.state);
      return await this.write(snapshot, content, { signal: stop.signal, onProgress: (bytes, of) => ([done, total] = [bytes, of]) });
    } catch (error) {
      if (stop.signal.reason instanceof Unwanted) return null;
      throw error;
    } finally {
      clearInterval(timer);
      await this.leases.release(id, builder);
    }
  }

  /** Until what was said is what holds: two builds may end at one moment. */
  async pointLatest(datasetId: string): Promise<void> {
    let latest = await this.latest(datasetId);
    for (let said: number | null | undefined; said !== (latest?.version ?? null); latest = await this.latest(datasetId)) {
      await this.storage.pointLatest(datasetId, latest);
      said = latest?.version ?? null;
    }
  }

  private async latest(datasetId: string): Promise<{ readonly version: number; readonly zip: SnapshotZip } | null> {
    const newest = await this.unitOfWork.run(() => this.snapshots.newestWithZip(datasetId));
    return newest === null || newest.state.zip === null ? null : { version: newest.state.version, zip: newest.state.zip };
  }

  private async write(snapshot: Snapshot, content: SourceContent, options: WriteOptions): Promise<BuiltZip> {
    const { state } = snapshot;
    if (state.zipSuspectedAt !== null && state.zip !== null) return this.healed(state, content, options);
    const upload = await content.upload();
    if (upload !== null) return this.storage.copyUpload(state, upload);
    return this.putTogether(state, content, { bases: await this.unitOfWork.run(() => this.snapshots.zipBases(state.datasetId, ZIP_BASES)), ...options });
  }

  /** A reader doubted it: its bytes decide. One that is damaged is made again of the originals, and nothing of another zip goes into it. */
  private async healed(state: Readonly<SnapshotState>, content: SourceContent, options: WriteOptions): Promise<BuiltZip> {
    const { zip, bytesMoved, bytesCopied } = state;
    if (zip === null) throw new Error('a zip that is doubted was made before');
    if (await this.storage.isSound(zip, options.signal)) return { zip, bytesMoved: bytesMoved ?? 0, bytesCopied: bytesCopied ?? 0 };
    await this.storage.remove(state, 'zip');
    const upload = await content.upload();
    const built = upload === null ? await this.putTogether(state, content, { bases: [], ...options }) : await this.storage.copyUpload(state, upload);
    // A copy was not read on its way.
    if (upload !== null && !(await this.storage.isSound(built.zip, options.signal))) await this.giveUp(state);
    return { ...built, replacesDamaged: true };
  }

  private async putTogether(state: Readonly<SnapshotState>, content: SourceContent, options: WriteOptions & Pick<BuildOptions, 'bases'>): Promise<BuiltZip> {
    const onDoubt = (base: ZipBase): Promise<void> => this.doubts.raise(state.datasetId, base.version);
    const isAsBefore = ({ zip }: BuiltZip): boolean => state.zip === null || state.zip.sha256 === zip.sha256;
    let built = await this.storage.writeZip(state, content, { ...options, onDoubt });
    if (!isAsBefore(built) && state.tail !== null) {
      // What was put aside of it is damaged; the rows say the same.
      await this.storage.remove(state, 'zip');
      built = await this.storage.writeZip({ ...state, tail: null }, content, { ...options, onDoubt });
    }
    if (!isAsBefore(built)) await this.giveUp(state);
    return built;
  }

  private async giveUp(state: Readonly<SnapshotState>): Promise<never> {
    await this.storage.remove(state, 'zip');
    throw new DomainError('state-conflict', 'The zip of this version could not be made again as it was.');
  }
}
