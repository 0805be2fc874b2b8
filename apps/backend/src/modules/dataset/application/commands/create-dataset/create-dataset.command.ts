import type { TaskType } from '@app/contracts';
import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { Visibility } from '../../../domain/dataset.aggregate.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';

export interface CreateDatasetInput {
  readonly name: string;
  readonly taskType: TaskType;
  /** Several classes an image; of classification only. */
  readonly multiLabel: boolean;
  readonly visibility: Visibility;
  /** As DICE writes them; ids are given in this order where they are left out. */
  readonly classes: readonly Readonly<Record<string, unknown>>[];
}

/** A dataset without an image. */
export class CreateDatasetCommand extends Command<DatasetView> {
  constructor(
    readonly principal: Principal,
    readonly input: CreateDatasetInput,
  ) {
    super();
  }
}
