import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetAccess } from '../../dataset-access.js';
import { ImageChanges } from '../../image-changes.js';
import { DatasetChangeLog } from '../../ports/dataset-change-log.port.js';
import { DatasetReadModel } from '../../ports/dataset-read-model.port.js';
import { ImageRows, type ImageRow } from '../../ports/image-rows.port.js';
import { ChangeImagesCommand, type ChangedImages, type ImageAction } from './change-images.command.js';

@CommandHandler(ChangeImagesCommand)
export class ChangeImagesHandler implements ICommandHandler<ChangeImagesCommand> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly unitOfWork: UnitOfWork,
    private readonly changeLog: DatasetChangeLog,
    private readonly readModel: DatasetReadModel,
    private readonly rows: ImageRows,
    private readonly changes: ImageChanges,
  ) {}

  async execute({ principal, datasetId, numbers, action }: ChangeImagesCommand): Promise<ChangedImages> {
    await this.access.check(principal, datasetId, 'manage');
    if (action.kind === 'assign' && action.assignee !== null) await this.assertMayLabel(datasetId, action.assignee);
    const target = { datasetId, actor: principal.userId };
    return this.unitOfWork.run(async () => {
      await this.changeLog.lock(datasetId);
      const wanted = [...new Set(numbers)];
      const images = await this.rows.byNumber(datasetId, wanted);
      const isVisible = (image: ImageRow): boolean => action.kind === 'restore' || !image.removed;
      if (images.length !== wanted.length || !images.every(isVisible)) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      const affected = images.filter((image) => isAffected(image, action));
      if (action.kind === 'restore') await this.changes.assertClasses(datasetId, affected);
      if (affected.length > 0) await this.changes.apply(target, affected, action);
      return { changed: affected.length };
    });
  }

  private async assertMayLabel(datasetId: string, userId: string): Promise<void> {
    const [facts] = await this.readModel.facts([{ datasetId, userId }]);
    if (facts?.role != null && facts.role !== 'viewer') return;
    const message = 'There is no member of the dataset with this id who may label.';
    throw new DomainError('validation-failed', message, { findings: [{ code: 'not-found', pointer: '/assignee', message }] });
  }
}

function isAffected(image: ImageRow, action: ImageAction): boolean {
  switch (action.kind) {
    case 'delete':
      return true;
    case 'restore':
      return image.removed;
    case 'split':
      return image.split !== action.split;
    case 'assign':
      return image.assignee !== action.assignee;
  }
}
