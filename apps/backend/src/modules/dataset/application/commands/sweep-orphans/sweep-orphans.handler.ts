import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { ImageRows } from '../../ports/image-rows.port.js';
import { ImageStorage, type ListedObject } from '../../ports/image-storage.port.js';
import { SupersededImages } from '../../ports/superseded-images.port.js';
import { Trash } from '../../ports/trash.port.js';
import type { CleanUpAmount } from '../../../../../platform/clean-up/clean-up-job.js';
import { SweepOrphansCommand } from './sweep-orphans.command.js';

/** No upload takes so long. */
const GRACE_MILLISECONDS = 24 * 3_600_000;
const BATCH = 1_000;
const NUMBER = /\/0*([1-9]\d{0,8})\.[a-z]+$/;

interface Numbered {
  readonly key: string;
  readonly number: number;
  readonly sizeBytes: number;
}

/** How far a sweep is, and what it found. */
interface Sweep {
  readonly before: Date;
  readonly isDry: boolean;
  readonly mayGoOn: () => Promise<boolean>;
  count: number;
  bytes: number;
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

  async execute({ isDry, mayGoOn }: SweepOrphansCommand): Promise<CleanUpAmount> {
    const sweep: Sweep = { before: new Date(this.clock.now().getTime() - GRACE_MILLISECONDS), isDry, mayGoOn, count: 0, bytes: 0 };
    for (let ids = await this.trash.datasetIds('', BATCH); ids.length > 0; ids = await this.trash.datasetIds(ids.at(-1) ?? '', BATCH)) {
      for (const id of ids) {
        if (!(await mayGoOn())) return { count: sweep.count, bytes: sweep.bytes };
        await this.sweepDataset(id, sweep);
      }
    }
    return { count: sweep.count, bytes: sweep.bytes };
  }

  private async sweepDataset(datasetId: string, sweep: Sweep): Promise<void> {
    const { originals, derived } = this.storage.imagePrefixes(datasetId);
    await this.sweepPrefix(originals, sweep, async (batch) => {
      await this.discard(await this.rows.unknownKeys(datasetId, batch), batch, sweep);
      await this.sweepSuperseded(datasetId, batch, sweep);
    });
    for (const prefix of derived) {
      await this.sweepPrefix(prefix, sweep, async (batch) => {
        const unknown = new Set(await this.rows.unknownNumbers(datasetId, batch.map((one) => one.number)));
        await this.discard(batch.flatMap((one) => (unknown.has(one.number) ? [one.key] : [])), batch, sweep);
      });
    }
  }

  /** Removed before the transaction ends: a version that has the bytes is restored before, or finds that it is gone. What shows a replaced image is named by its number, and was made anew. */
  private async sweepSuperseded(datasetId: string, batch: readonly Numbered[], sweep: Sweep): Promise<void> {
    await this.unitOfWork.run(async () => this.discard(await this.superseded.unneeded(datasetId, batch.map((one) => one.key), sweep.before), batch, sweep));
  }

  private async discard(keys: readonly string[], batch: readonly Numbered[], sweep: Sweep): Promise<void> {
    if (!sweep.isDry) await this.storage.discard(keys);
    const gone = new Set(keys);
    sweep.count += gone.size;
    for (const { key, sizeBytes } of batch) if (gone.has(key)) sweep.bytes += sizeBytes;
  }

  private async sweepPrefix(prefix: string, sweep: Sweep, discard: (batch: readonly Numbered[]) => Promise<void>): Promise<void> {
    let batch: Numbered[] = [];
    for await (const object of this.storage.list(prefix)) {
      batch.push(...numbered(object, sweep.before));
      if (batch.length < BATCH) continue;
      if (!(await sweep.mayGoOn())) return;
      await discard(batch);
      batch = [];
    }
    if (batch.length > 0) await discard(batch);
  }
}

/** Keys of another form are not the product's: they stay. */
function numbered(object: ListedObject, before: Date): Numbered[] {
  const number = Number(NUMBER.exec(object.key)?.[1] ?? Number.NaN);
  return object.lastModified < before && Number.isSafeInteger(number) ? [{ key: object.key, number, sizeBytes: object.sizeBytes }] : [];
}
