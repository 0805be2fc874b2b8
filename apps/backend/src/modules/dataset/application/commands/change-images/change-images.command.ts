import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ImageSplit } from '../../image-facts.js';

export type ImageAction =
  | { readonly kind: 'delete' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'split'; readonly split: ImageSplit | null }
  | { readonly kind: 'assign'; readonly assignee: string | null };

export interface ChangedImages {
  /** Those that were so already are not counted. */
  readonly changed: number;
}

/** One action on some images: on all of them or on none. */
export class ChangeImagesCommand extends Command<ChangedImages> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly numbers: readonly number[],
    readonly action: ImageAction,
  ) {
    super();
  }
}
