import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { FileResult } from '../../image-facts.js';

export interface CompletedUpload extends FileResult {
  readonly id: string;
}

/** Takes in what was put by presigned PUT; a result an id, in their order. A repeat gives the same. */
export class CompleteImagesCommand extends Command<readonly CompletedUpload[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly ids: readonly string[],
  ) {
    super();
  }
}
