import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetAccess, ImportQueue, type ImportJob } from '../../../../dataset/index.js';
import { LabelSource } from '../../ports/label-source.port.js';
import { LoadedLabelsStore } from '../../ports/loaded-labels.port.js';
import { LoadLabelsCommand } from './load-labels.command.js';

/** Often enough for a progress bar and the lease, and few events. */
const TELL_EVERY_MILLISECONDS = 2_000;

@CommandHandler(LoadLabelsCommand)
export class LoadLabelsHandler implements ICommandHandler<LoadLabelsCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly source: LabelSource,
    private readonly store: LoadedLabelsStore,
    private readonly queue: ImportQueue,
    private readonly access: DatasetAccess,
    private readonly clock: Clock,
  ) {}

  async execute({ job, signal }: LoadLabelsCommand): Promise<void> {
    const dataset = await this.access.find(job.datasetId);
    // In the trash: it is taken again when it comes back.
    if (dataset === null) return this.queue.putBack(job, 60);
    if (dataset.upload === null) throw new DomainError('state-conflict', 'The dataset did not come as a zip.');
    const total = dataset.numImages;
    let done = 0;
    let toldAt = this.clock.now().getTime();
    await this.source.read(
      dataset.upload,
      async (batch) => {
        await this.store.put(job.datasetId, batch);
        done += batch.length;
        if (this.clock.now().getTime() - toldAt < TELL_EVERY_MILLISECONDS) return;
        toldAt = this.clock.now().getTime();
        if (!(await this.queue.progress(job, { done, total, refused: 0 }))) throw leaseLost();
      },
      signal,
    );
    await this.finish(job, { done, total });
  }

  private async finish(job: ImportJob, { done, total }: { done: number; total: number }): Promise<void> {
    await this.unitOfWork.run(async () => {
      await this.store.declareLoaded(job.datasetId);
      if (!(await this.queue.complete(job, { done, total, refused: 0 }))) throw leaseLost();
    });
  }
}

function leaseLost(): DomainError {
  return new DomainError('stale-attempt', 'Another process has taken over this import.');
}
