import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ClassesAnswer } from '../../class-answer.js';

export class ListClassesQuery extends Query<ClassesAnswer> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}
