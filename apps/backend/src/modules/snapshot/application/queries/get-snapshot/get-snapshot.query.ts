import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SnapshotDetails } from '../../snapshot-details.js';

export interface SnapshotAnswer extends SnapshotDetails {
  /** Presigned, one hour at most; null while there is no zip. */
  readonly download: { readonly url: string; readonly expiresAt: Date } | null;
}

export class GetSnapshotQuery extends Query<SnapshotAnswer> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly version: number,
  ) {
    super();
  }
}
