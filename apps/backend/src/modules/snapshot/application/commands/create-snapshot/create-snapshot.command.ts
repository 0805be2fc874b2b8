import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SnapshotState } from '../../../domain/snapshot.state.js';

export interface CreatedSnapshot {
  readonly snapshot: Readonly<SnapshotState>;
  /** False: the dataset is a version already, and that one is answered. */
  readonly isNew: boolean;
}

/** Freezes what a dataset is now. */
export class CreateSnapshotCommand extends Command<CreatedSnapshot> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly words: { readonly note?: string | null; readonly tag?: string | null; readonly zip?: boolean },
  ) {
    super();
  }
}
