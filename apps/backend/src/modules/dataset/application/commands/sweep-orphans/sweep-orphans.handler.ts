import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ImageRows } from '../../ports/image-rows.port.js';
import { ImageStorage, type ListedObject } from '../../ports/image-storage.port.js';
import { Trash } from '../../ports/trash.port.js';
import { SweepOrphansCommand } from './sweep-orphans.command.js';

/** No upload takes so long. */
const GRACE_MILLISECONDS = 24 * 3_600_000;
const BATCH = 1_000;
const NUMBER = /\/0*([1-9]\d{0,8})\.[a-z]+$/;

interface Numbered {
  readonly key: string;
  readonly number: number;
}

@CommandHandler(SweepOrphansCommand)
export class SweepOrphansHandler implements ICommandHandler<SweepOrphansCommand> {
  constructor(
    private readonly trash: Trash,
    private readonly rows: ImageRows,
    private readonly storage: ImageStorage,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - GRACE_MILLISECONDS);
    let swept = 0;
    for (let ids = await this.trash.datasetIds('', BATCH); ids.length > 0; ids = await this.trash.datasetIds(ids.at(-1) ?? '', BATCH)) {
      for (const id of ids) swept += await this.sweepDataset(id, before);
    }
    return swept;
  }

  private async sweepDataset(datasetId: string, before: Date): Promise<number> {
    const { originals, derived } = this.storage.imagePrefixes(datasetId);
    let swept = await this.sweepPrefix(originals, before, (batch) => this.rows.unknownKeys(datasetId, batch));
    for (const prefix of derived) {
      swept += await this.sweepPrefix(prefix, before, async (batch) => {
        const unknown = new Set(await this.rows.unknownNumbers(datasetId, batch.map((one) => one.number)));
        return batch.flatMap((one) => (unknown.has(one.number) ? [one.key] : []));
      });
    }
    return swept;
  }

  private async sweepPrefix(prefix: string, before: Date, unknown: (batch: readonly Numbered[]) => Promise<readonly string[]>): Promise<number> {
    let swept = 0;
    let batch: Numbered[] = [];
    const sweep = async (): Promise<void> => {
      const keys = batch.length === 0 ? [] : await unknown(batch);
      await this.storage.discard(keys);
      swept += keys.length;
      batch = [];
    };
    for await (const object of this.storage.list(prefix)) {
      batch.push(...numbered(object, before));
      if (batch.length >= BATCH) await sweep();
    }
    await sweep();
    return swept;
  }
}

/** Keys of another form are not the product's: they stay. */
function numbered(object: ListedObject, before: Date): Numbered[] {
  const number = Number(NUMBER.exec(object.key)?.[1] ?? Number.NaN);
  return object.lastModified < before && Number.isSafeInteger(number) ? [{ key: object.key, number }] : [];
}
