import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SnapshotDetails } from '../../snapshot-details.js';

/** Newest first. */
export class ListSnapshotsQuery extends Query<readonly SnapshotDetails[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly page: { readonly limit: number; readonly beforeVersion?: number },
  ) {
    super();
  }
}
