import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { RollbackCounts } from '../../../../annotation/index.js';

export interface RestoredSnapshot {
  readonly counts: RollbackCounts;
  readonly positionBefore: number;
  /** What the dataset was before: restoring it takes this back. Null: there was no image. */
  readonly undo: number | null;
}

/** Makes the dataset what a version is, by new revisions; all of it or nothing. */
export class RestoreSnapshotCommand extends Command<RestoredSnapshot> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly version: number,
  ) {
    super();
  }
}
