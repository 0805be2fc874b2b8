import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DatasetReader } from '../../dataset-reader.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';
import { UpdateDatasetCommand } from './update-dataset.command.js';

@CommandHandler(UpdateDatasetCommand)
export class UpdateDatasetHandler implements ICommandHandler<UpdateDatasetCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly datasets: DatasetRepository,
    private readonly reader: DatasetReader,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, datasetId, change }: UpdateDatasetCommand): Promise<DatasetView> {
    await this.unitOfWork.run(async () => {
      // Who may see a dataset is the owner's to say.
      await this.reader.require(principal, datasetId, { action: change.visibility === undefined ? 'manage' : 'own' });
      const dataset = await this.datasets.findForUpdate(datasetId);
      if (dataset === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      if (change.name !== undefined) dataset.rename(change.name, this.clock.now());
      if (change.visibility !== undefined) dataset.show(change.visibility, this.clock.now());
      await this.datasets.save(dataset);
    });
    return this.reader.require(principal, datasetId, { action: 'read' });
  }
}
