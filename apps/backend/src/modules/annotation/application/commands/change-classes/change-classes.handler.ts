import { classChangedV1 } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { IntegrationEvents } from '../../../../../platform/messaging/integration-events.js';
import { DatasetChangeLog } from '../../../../dataset/index.js';
import { AnnotationReader } from '../../annotation-reader.js';
import { classesAnswer, type ClassesAnswer } from '../../class-answer.js';
import { planClassChange, type ClassPlan } from '../../class-change.js';
import { mergedEdit, type ClassMerge } from '../../merged-labels.js';
import { ClassStore, type ClassList } from '../../ports/class-store.port.js';
import { ChangeClassesCommand } from './change-classes.command.js';

/** In one statement. */
const MERGED_AT_ONCE = 256;

@CommandHandler(ChangeClassesCommand)
export class ChangeClassesHandler implements ICommandHandler<ChangeClassesCommand> {
  constructor(
    private readonly reader: AnnotationReader,
    private readonly unitOfWork: UnitOfWork,
    private readonly log: DatasetChangeLog,
    private readonly store: ClassStore,
    private readonly events: IntegrationEvents,
  ) {}

  async execute({ principal, datasetId, ifMatch, change }: ChangeClassesCommand): Promise<ClassesAnswer> {
    const { taskType } = await this.reader.check(principal, datasetId, 'manage');
    return this.unitOfWork.run(async () => {
      await this.log.lock(datasetId);
      const before = await this.classes(datasetId);
      if (!ifMatch.includes(before.revision)) throw new DomainError('version-conflict', 'The classes changed since you loaded them.', { extensions: { current: classesAnswer(before) } });
      const plan = planClassChange(before, change, taskType);
      if (plan.merge !== null) await this.merge(datasetId, plan.merge, principal.userId);
      await this.store.replace(datasetId, plan);
      await this.tell(datasetId, before, { plan, author: principal.userId });
      return classesAnswer(await this.classes(datasetId));
    });
  }

  private async classes(datasetId: string): Promise<ClassList> {
    const list = await this.store.list(datasetId);
    if (list === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return list;
  }

  private async merge(datasetId: string, merge: ClassMerge, actor: string): Promise<void> {
    for (let after = 0; ; ) {
      const images = await this.store.imagesOf(datasetId, merge.from, { after, limit: MERGED_AT_ONCE });
      if (images.length === 0) return;
      await this.store.relabel(datasetId, images.map((labels) => mergedEdit(labels, merge, actor)));
      after = images.at(-1)?.number ?? after;
    }
  }

  private async tell(datasetId: string, before: ClassList, { plan, author }: { plan: ClassPlan; author: string }): Promise<void> {
    const shown = (classes: ClassList['classes']): unknown => classes.map(({ id, name, color, details }) => ({ id, name, color, details }));
    const { change, classId, merge } = plan;
    const body = { change, class_id: classId, merged_into: merge?.into ?? null, before: shown(before.classes), after: shown(plan.classes) };
    const seq = await this.log.append(datasetId, author, [{ kind: 'classes', body }]);
    const data = { dataset_id: datasetId, classes_revision: before.revision + 1, change, class_id: classId, merged_into: body.merged_into, author, seq };
    await this.events.publish({ definition: classChangedV1, subject: `${datasetId}/classes`, data, aggregateVersion: before.revision + 1 });
  }
}
