import type { SplitConfig } from '@app/dice-format';
import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { PlannedSplitAnswer } from '../../split-answer.js';

/** What a rule would do, as of now; with the revision that it would be applied to. */
export class PreviewSplitQuery extends Query<PlannedSplitAnswer> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly config: SplitConfig,
  ) {
    super();
  }
}
