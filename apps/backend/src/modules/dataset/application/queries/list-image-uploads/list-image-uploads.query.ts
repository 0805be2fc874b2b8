import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { PresignedImagePut } from '../../ports/image-storage.port.js';
import type { AnnouncedUpload } from '../../ports/image-uploads.port.js';

export interface OpenUpload extends AnnouncedUpload {
  /** Null when it has arrived: only to be completed. */
  readonly put: PresignedImagePut | null;
}

/** What the user announced and did not complete, to go on after a closed tab. */
export class ListImageUploadsQuery extends Query<readonly OpenUpload[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly page: { readonly after: string | null; readonly limit: number },
  ) {
    super();
  }
}
