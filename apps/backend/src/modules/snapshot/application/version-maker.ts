import { Clock, DomainError, newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { Snapshot } from '../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';
import type { SnapshotHead } from '../domain/snapshot.state.js';
import { SnapshotSource, type SourcePosition } from './ports/snapshot-source.port.js';

/** So many versions are looked at for one that has the dataset's content. */
const COMPARED = 5;

export interface VersionWish {
  readonly datasetId: string;
  readonly requestedBy: string;
  readonly note?: string | null;
  readonly tag?: string | null;
}

/** Finds the version that the dataset is now, or makes it. Costs what changed since the last one, not what the dataset has. */
@Injectable()
export class VersionMaker {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly clock: Clock,
  ) {}

  /** In the caller's unit of work; not saved yet. Null when the dataset is gone. Throws `state-conflict` for one without images. */
  async current(wish: VersionWish): Promise<{ readonly snapshot: Snapshot; readonly isNew: boolean } | null> {
    const { datasetId, requestedBy, note = null, tag = null } = wish;
    // The numbering is locked first: of fifty requests at once one makes the version and the others find it.
    const version = await this.snapshots.nextVersion(datasetId);
    const now = await this.source.now(datasetId);
    if (now === null) return null;
    const known = await this.known(datasetId, now);
    if (known !== null) return { snapshot: known, isNew: false };
    if (now.numImages === 0) throw new DomainError('state-conflict', 'The dataset has no image: there is nothing to make a version of.');
    const [newest] = await this.snapshots.newest(datasetId, 1);
    const facts = { datasetId, version, requestedBy, note, tag, head: now.head, position: now.head.position, contentHash: now.contentHash, numImages: now.numImages, numLabeled: now.numLabeled };
    return { snapshot: Snapshot.request({ ...facts, id: newId(), parent: newest?.state.version ?? null, now: this.clock.now() }), isNew: true };
  }

  private async known(datasetId: string, { head, contentHash }: SourcePosition): Promise<Snapshot | null> {
    const unchanged = await this.snapshots.findByPosition(datasetId, head.position);
    if (unchanged !== null) return unchanged;
    if (contentHash !== null) return this.snapshots.findByContent(datasetId, contentHash);
    return this.changedBack(datasetId, head);
  }

  /** Edits that were taken back are no new version. */
  private async changedBack(datasetId: string, head: SnapshotHead): Promise<Snapshot | null> {
    for (const { state } of await this.snapshots.newest(datasetId, COMPARED)) {
      if (state.head === null) return null;
      const isSame = await this.source.sameContent(datasetId, state.head, head);
      // There is more between them the further one goes back.
      if (isSame === null) return null;
      if (isSame) return this.snapshots.findForUpdate(state.id);
    }
    return null;
  }
}
