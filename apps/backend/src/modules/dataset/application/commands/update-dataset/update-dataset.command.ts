import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { Visibility } from '../../../domain/dataset.aggregate.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';

export class UpdateDatasetCommand extends Command<DatasetView> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly change: { readonly name?: string; readonly visibility?: Visibility },
  ) {
    super();
  }
}
