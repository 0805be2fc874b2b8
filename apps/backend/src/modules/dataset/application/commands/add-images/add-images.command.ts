import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ConflictRule, FileResult, ImageSplit } from '../../image-facts.js';
import type { IncomingFile } from '../../image-receiver.js';

export interface ImageForm {
  readonly onConflict: ConflictRule;
  readonly split: ImageSplit | null;
  readonly files: AsyncIterable<IncomingFile>;
}

export interface AddImagesInput {
  /** Called once the permission is checked; reads the fields of the form, then gives the files one by one. */
  readonly open: (signal: AbortSignal) => Promise<ImageForm>;
  readonly signal: AbortSignal;
}

/** Images as files of one form; a result a file, in their order. */
export class AddImagesCommand extends Command<readonly FileResult[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly input: AddImagesInput,
  ) {
    super();
  }
}
