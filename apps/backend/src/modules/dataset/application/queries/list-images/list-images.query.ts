import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SignedImage } from '../../image-signing.js';
import type { ImageFilter, ImagePageStart } from '../../ports/image-list.port.js';

export interface SignedImagePage {
  readonly images: readonly SignedImage[];
  readonly next: number | null;
  /** Of the whole dataset; null where something is filtered. */
  readonly total: number | null;
}

export class ListImagesQuery extends Query<SignedImagePage> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly filter: ImageFilter,
    readonly page: ImagePageStart,
  ) {
    super();
  }
}
