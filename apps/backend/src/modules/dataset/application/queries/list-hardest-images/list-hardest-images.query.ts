import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SignedImage } from '../../image-signing.js';
import type { HardestPage, ImageFilter } from '../../ports/image-list.port.js';

export interface SignedHardestPage {
  readonly images: readonly (SignedImage & { readonly uncertainty: number })[];
  readonly next: HardestPage['next'];
}

/** Images that a model looked at, those first that it is least sure of. */
export class ListHardestImagesQuery extends Query<SignedHardestPage> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly filter: ImageFilter,
    readonly page: { readonly after: HardestPage['next']; readonly limit: number },
  ) {
    super();
  }
}
