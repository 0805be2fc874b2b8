import type { SplitConfig } from '@app/dice-format';
import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { PlannedSplitAnswer } from '../../split-answer.js';

/** Gives a dataset this rule, and its images the sides that follow from it, if the split is at one of these revisions. */
export class ApplySplitCommand extends Command<PlannedSplitAnswer> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly ifMatch: readonly number[],
    readonly config: SplitConfig,
  ) {
    super();
  }
}
