import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { PublicChange } from '../../ports/dataset-change-reader.port.js';
import type { ImportView } from '../../ports/import-queue.port.js';

export interface ChangesBehind {
  readonly position: number;
  /** Oldest first, a page at most. */
  readonly changes: readonly PublicChange[];
  readonly imports: readonly ImportView[];
}

/** What happened behind a position; without one, only the position. Asks for the permission each time: one that was revoked ends a stream. */
export class ReadChangesQuery extends Query<ChangesBehind> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly afterSeq: number | null,
  ) {
    super();
  }
}
