import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DiffTotals } from '../../diff-totals.js';
import type { ImageDiff, ImageDifference, Side } from '../../version-diff.js';

export interface DiffOf {
  readonly datasetId: string;
  readonly from: Side;
  readonly to: Side;
}

export class DiffSnapshotsQuery extends Query<DiffTotals> {
  constructor(
    readonly principal: Principal,
    readonly of: DiffOf,
  ) {
    super();
  }
}

export class ListDiffQuery extends Query<readonly ImageDiff[]> {
  constructor(
    readonly principal: Principal,
    readonly of: DiffOf,
    readonly page: { readonly after: number; readonly limit: number; readonly kind?: ImageDifference | undefined },
  ) {
    super();
  }
}
