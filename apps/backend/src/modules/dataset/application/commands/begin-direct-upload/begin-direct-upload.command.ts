import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { Visibility } from '../../../domain/dataset.aggregate.js';
import type { DirectUploadView } from '../../direct-uploads.js';

export interface BeginDirectUploadInput {
  readonly fileName?: string | undefined;
  /** Default: the name inside the zip. */
  readonly name?: string | undefined;
  readonly visibility: Visibility;
  readonly sizeBytes: number;
  readonly partBytes?: number | undefined;
}

export class BeginDirectUploadCommand extends Command<DirectUploadView> {
  constructor(
    readonly principal: Principal,
    readonly input: BeginDirectUploadInput,
  ) {
    super();
  }
}
