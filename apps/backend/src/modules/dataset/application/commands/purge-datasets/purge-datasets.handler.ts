import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { BackendConfig } from '../../../../../config/backend-config.js';
import type { CleanUpAmount } from '../../../../../platform/clean-up/clean-up-job.js';
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
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  async execute({ mayGoOn }: PurgeDatasetsCommand): Promise<CleanUpAmount> {
    const before = new Date(this.clock.now().getTime() - this.config.retention.trashDays * DAY);
    const due = await this.trash.list({ deletedBefore: before, limit: DATASETS });
    let [count, bytes] = [0, 0];
    for (const { id } of due) {
      if (!(await mayGoOn())) break;
      if (!(await this.trash.begin(id, before))) continue;
      const gone = await this.removeObjects(this.storage.datasetPrefix(id), mayGoOn);
      bytes += gone.bytes;
      if (!gone.isAll) break;
      await this.leavings.remove(id);
      await this.trash.removeRows(id);
      count += 1;
    }
    return { count, bytes };
  }

  private async removeObjects(prefix: string, mayGoOn: () => Promise<boolean>): Promise<{ readonly bytes: number; readonly isAll: boolean }> {
    let [keys, bytes]: [string[], number] = [[], 0];
    for await (const object of this.storage.list(prefix)) {
      keys.push(object.key);
      bytes += object.sizeBytes;
      if (keys.length < KEYS) continue;
      if (!(await mayGoOn())) return { bytes, isAll: false };
      await this.storage.discard(keys);
      keys = [];
    }
    await this.storage.discard(keys);
    return { bytes, isAll: true };
  }
}
