import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DirectUploadView, PartPage } from '../../direct-uploads.js';

export class GetDirectUploadQuery extends Query<DirectUploadView> {
  constructor(
    readonly principal: Principal,
    readonly uploadId: string,
    readonly page: PartPage,
  ) {
    super();
  }
}
