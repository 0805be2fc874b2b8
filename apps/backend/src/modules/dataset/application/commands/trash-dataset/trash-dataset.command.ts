import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

/** Moves a dataset to the trash, from which it can be taken back for 30 days. */
export class TrashDatasetCommand extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
