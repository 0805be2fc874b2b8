import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TRASH_DAYS } from '../../../domain/dataset.aggregate.js';
import { DatasetLeavings } from '../../dataset-leavings.js';
import { ImageStorage } from '../../ports/image-storage.port.js';
import { Trash } from '../../ports/trash.port.js';
import { PurgeDatasetsCommand } from './purge-datasets.command.js';

const DAY = 86_400_000;
const DATASETS = 100;
const KEYS = 1_000;

/**
 * First the mark, from which on it cannot be taken back, then its objects, then its rows: a crash at any point is gone on from. Objects that were registered
 * where they lay are under other prefixes and stay.
 */
@CommandHandler(PurgeDatasetsCommand)
export class PurgeDatasetsHandler implements ICommandHandler<PurgeDatasetsCommand> {
  constructor(
    private readonly trash: Trash,
    private readonly storage: ImageStorage,
    private readonly leavings: DatasetLeavings,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - TRASH_DAYS * DAY);
    const due = await this.trash.list({ deletedBefore: before, limit: DATASETS });
    let purged = 0;
    for (const { id } of due) {
      if (!(await this.trash.begin(id, before))) continue;
      await this.removeObjects(this.storage.datasetPrefix(id));
      await this.leavings.remove(id);
      await this.trash.removeRows(id);
      purged += 1;
    }
    return purged;
  }

  private async removeObjects(prefix: string): Promise<void> {
    let keys: string[] = [];
    for await (const object of this.storage.list(prefix)) {
      keys.push(object.key);
      if (keys.length < KEYS) continue;
      await this.storage.discard(keys);
      keys = [];
    }
    await this.storage.discard(keys);
  }
}
