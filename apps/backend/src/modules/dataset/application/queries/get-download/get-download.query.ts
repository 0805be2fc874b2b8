import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

export interface Download {
  /** Presigned, one hour at most. */
  readonly url: string;
  readonly expiresAt: Date;
}

/** The zip as it was uploaded. */
export class GetDownloadQuery extends Query<Download> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
