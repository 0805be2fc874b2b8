import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { Visibility } from '../../../domain/dataset.aggregate.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';

export interface UploadDatasetInput {
  /** Chosen by the client, so that it can ask for the progress. */
  readonly uploadId: string;
  /** The zip; read once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** As the client declared it; null when it did not. */
  readonly totalBytes: number | null;
  /** Default: the name inside the zip. */
  readonly name?: string;
  readonly visibility: Visibility;
  /** `dice`, another one of FORMAT_NAMES, or `auto`: by a look at the files. */
  readonly format: string;
  readonly signal: AbortSignal;
}

export class UploadDatasetCommand extends Command<DatasetView> {
  constructor(
    readonly principal: Principal,
    readonly input: UploadDatasetInput,
  ) {
    super();
  }
}
