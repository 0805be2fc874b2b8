import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';

export class CompleteDirectUploadCommand extends Command<DatasetView> {
  constructor(
    readonly principal: Principal,
    readonly uploadId: string,
    readonly signal: AbortSignal,
  ) {
    super();
  }
}
