import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SnapshotState } from '../../../domain/snapshot.aggregate.js';

export interface SnapshotDetails {
  readonly snapshot: Readonly<SnapshotState>;
  /** Presigned, one hour at most; null while there is no zip. */
  readonly download: { readonly url: string; readonly expiresAt: Date } | null;
}

export class GetSnapshotQuery extends Query<SnapshotDetails> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly version: number,
  ) {
    super();
  }
}
