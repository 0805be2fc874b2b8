import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { ImageRows } from '../../ports/image-rows.port.js';
import { ImageStorage, type ListedObject } from '../../ports/image-storage.port.js';
import { SupersededImages } from '../../ports/superseded-images.port.js';
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
    private readonly superseded: SupersededImages,
    private readonly unitOfWork: UnitOfWork,
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
    let swept = await this.sweepPrefix(originals, before, async (batch) => {
      const unknown = await this.rows.unknownKeys(datasetId, batch);
      await this.storage.discard(unknown);
      return unknown.length + (await this.sweepSuperseded(datasetId, batch, before));
    });
    for (const prefix of derived) {
      swept += await this.sweepPrefix(prefix, before, async (batch) => {
        const unknown = new Set(await this.rows.unknownNumbers(datasetId, batch.map((one) => one.number)));
        const keys = batch.flatMap((one) => (unknown.has(one.number) ? [one.key] : []));
        await this.storage.discard(keys);
        return keys.length;
      });
    }
    return swept;
  }

  /** Removed before the transaction ends: a version that has the bytes is restored before, or finds that it is gone. What shows a replaced image is named by its number, and was made anew. */
  private async sweepSuperseded(datasetId: string, batch: readonly Numbered[], before: Date): Promise<number> {
    return this.unitOfWork.run(async () => {
      const keys = await this.superseded.unneeded(datasetId, batch.map((one) => one.key), before);
      await this.storage.discard(keys);
      return keys.length;
    });
  }

  private async sweepPrefix(prefix: string, before: Date, discard: (batch: readonly Numbered[]) => Promise<number>): Promise<number> {
    let swept = 0;
    let batch: Numbered[] = [];
    const sweep = async (): Promise<void> => {
      if (batch.length > 0) swept += await discard(batch);
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
