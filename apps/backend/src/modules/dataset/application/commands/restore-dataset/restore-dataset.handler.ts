import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DatasetReader } from '../../dataset-reader.js';
import { RestoreDatasetCommand } from './restore-dataset.command.js';

@CommandHandler(RestoreDatasetCommand)
export class RestoreDatasetHandler implements ICommandHandler<RestoreDatasetCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly datasets: DatasetRepository,
    private readonly reader: DatasetReader,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, datasetId }: RestoreDatasetCommand): Promise<void> {
    await this.unitOfWork.run(async () => {
      await this.reader.require(principal, datasetId, { action: 'own', trashed: true });
      const dataset = await this.datasets.findForUpdate(datasetId);
      if (dataset === null) return;
      dataset.takeBack(principal.userId, this.clock.now());
      await this.datasets.save(dataset);
    });
  }
}
