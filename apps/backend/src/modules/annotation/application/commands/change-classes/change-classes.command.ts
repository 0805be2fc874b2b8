import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ClassesAnswer } from '../../class-answer.js';
import type { ClassChange } from '../../class-change.js';

/** Changes the classes of a dataset, if they are at one of these revisions. */
export class ChangeClassesCommand extends Command<ClassesAnswer> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly ifMatch: readonly number[],
    readonly change: ClassChange,
  ) {
    super();
  }
}
