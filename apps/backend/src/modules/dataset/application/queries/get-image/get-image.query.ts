import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SignedImage } from '../../image-signing.js';

export class GetImageQuery extends Query<SignedImage> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly number: number,
  ) {
    super();
  }
}
