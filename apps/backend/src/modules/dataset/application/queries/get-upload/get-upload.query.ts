import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { UploadView } from '../../ports/upload-sessions.port.js';

/** Only the uploader sees it. */
export class GetUploadQuery extends Query<UploadView> {
  constructor(
    readonly principal: Principal,
    readonly uploadId: string,
  ) {
    super();
  }
}
