import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SnapshotState } from '../../../domain/snapshot.aggregate.js';

/** Newest first. */
export class ListSnapshotsQuery extends Query<readonly Readonly<SnapshotState>[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly page: { readonly limit: number; readonly beforeVersion?: number },
  ) {
    super();
  }
}
