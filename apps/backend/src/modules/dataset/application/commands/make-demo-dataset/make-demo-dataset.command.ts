import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';

/** Generates the demo dataset and takes it in the way of every upload. */
export class MakeDemoDatasetCommand extends Command<DatasetView> {
  constructor(
    readonly principal: Principal,
    readonly signal: AbortSignal,
  ) {
    super();
  }
}
