import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DatasetReader } from '../../dataset-reader.js';
import { TrashDatasetCommand } from './trash-dataset.command.js';

@CommandHandler(TrashDatasetCommand)
export class TrashDatasetHandler implements ICommandHandler<TrashDatasetCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly datasets: DatasetRepository,
    private readonly reader: DatasetReader,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, datasetId }: TrashDatasetCommand): Promise<void> {
    await this.unitOfWork.run(async () => {
      await this.reader.require(principal, datasetId, { action: 'own' });
      const dataset = await this.datasets.findForUpdate(datasetId);
      if (dataset === null) return;
      dataset.trash(principal.userId, this.clock.now());
      await this.datasets.save(dataset);
    });
  }
}
