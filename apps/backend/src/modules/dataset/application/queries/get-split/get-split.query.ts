import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { SplitAnswer } from '../../split-answer.js';

/** The rule of a dataset, and how its images stand. */
export class GetSplitQuery extends Query<SplitAnswer> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
