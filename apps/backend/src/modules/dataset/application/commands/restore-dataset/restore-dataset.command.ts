import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

/** Moves a dataset to its place, out of the trash. */
export class RestoreDatasetCommand extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
