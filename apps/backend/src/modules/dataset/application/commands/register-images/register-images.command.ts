import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ConflictRule, ImageSplit } from '../../image-facts.js';

export interface RegisterImagesInput {
  /** Of the keys in the bucket. */
  readonly prefix: string;
  readonly onConflict: ConflictRule;
  readonly split: ImageSplit | null;
}

/** Plans the registration of images that lie in the bucket already; answers the id of the import. */
export class RegisterImagesCommand extends Command<string> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly input: RegisterImagesInput,
  ) {
    super();
  }
}
