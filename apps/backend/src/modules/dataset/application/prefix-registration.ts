import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DomainError, type Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { boundedMap } from './bounded-map.js';
import { CONFLICT_RULES, refusedFile, SPLITS, type FileResult, type VerifiedImage } from './image-facts.js';
import { ImageIntake } from './image-intake.js';
import { headTooLong, LONG_HEAD_BYTES, MAX_IMAGE_BYTES, readHead, tooLarge } from './image-sniffing.js';
import { DatasetChangeLog } from './ports/dataset-change-log.port.js';
import { DatasetFindings } from './ports/dataset-findings.port.js';
import { ImageStorage, type ListedObject } from './ports/image-storage.port.js';
import { ImportQueue, type ImportJob } from './ports/import-queue.port.js';

/** Objects of one step: taken in, noted and told together. */
const BATCH = 100;
/** Of a step, so that it ends within the lease on a slow store too. */
const BATCH_BYTES = 200_000_000;
/** Keys that are listed between two signs of life. */
const BEAT_KEYS = 20_000;
/** Read at a time. */
const AT_ONCE = 4;

const detailSchema = z.object({ prefix: z.string().min(1), on_conflict: z.enum(CONFLICT_RULES), split: z.enum(SPLITS).nullable(), after: z.string().optional() });
type Detail = z.infer<typeof detailSchema>;

type Looked = VerifiedImage | FileResult;
interface Counts {
  done: number;
  refused: number;
}

/** Registers images that lie in the bucket already, each read once and not copied. A step is one unit of work, so that it goes on where it was after any crash. */
@Injectable()
export class PrefixRegistration {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly imports: ImportQueue,
    private readonly changes: DatasetChangeLog,
    private readonly findings: DatasetFindings,
    private readonly storage: ImageStorage,
    private readonly intake: ImageIntake,
  ) {}

  async run(job: ImportJob, signal: AbortSignal): Promise<void> {
    const detail = detailSchema.parse(job.detail);
    const counts = { done: job.done, refused: job.refused };
    const objects = (): AsyncIterable<ListedObject> => this.objects(detail.prefix, { signal, beat: () => this.beat(job, counts) });
    let total = 0;
    for await (const _ of objects()) total += 1;
    for await (const batch of batchesOf(objects(), detail.after)) {
      const looked = await boundedMap(batch, AT_ONCE, (object) => this.look(object, detail, signal));
      await this.step(job, { keys: batch.map((one) => one.key), looked, total }, counts);
    }
    const ended = await this.unitOfWork.run(() => this.imports.complete(job, { ...counts, total: counts.done }));
    if (!ended) throw lostLease();
  }

  private async step(job: ImportJob, of: { keys: readonly string[]; looked: readonly Looked[]; total: number }, counts: Counts): Promise<void> {
    const images = of.looked.flatMap((one) => ('objectKey' in one ? [one] : []));
    const next = await this.unitOfWork.run(async () => {
      await this.changes.lock(job.datasetId);
      const taken = [...(await this.intake.take({ datasetId: job.datasetId, actor: job.requestedBy, images }))];
      const results = of.looked.map((one) => ('objectKey' in one ? (taken.shift() ?? one) : one));
      const refused = results.flatMap((one, index) => findingOf(one, of.keys[index] ?? ''));
      await this.findings.add(job.datasetId, refused);
      const step = { done: counts.done + of.keys.length, refused: counts.refused + refused.length };
      const held = await this.imports.progress(job, { ...step, total: Math.max(of.total, step.done), detail: { after: of.keys.at(-1) } });
      if (!held) throw lostLease();
      return step;
    });
    Object.assign(counts, next);
  }

  private async look(object: ListedObject, detail: Detail, signal: AbortSignal): Promise<Looked> {
    const name = object.key.slice(object.key.lastIndexOf('/') + 1);
    try {
      if (object.sizeBytes > MAX_IMAGE_BYTES) throw tooLarge();
      return await this.read(object, { name, detail, signal });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'unavailable' || error.code === 'forbidden') throw error;
      return refusedFile(name, error);
    }
  }

  /** Its head is judged before the rest is read. */
  private async read(object: ListedObject, { name, detail, signal }: { name: string; detail: Detail; signal: AbortSignal }): Promise<VerifiedImage> {
    const hash = createHash('sha256');
    let [crc, sizeBytes, head] = [0, 0, Buffer.alloc(0)];
    const judge = (isWhole: boolean): ReturnType<typeof readHead> => readHead(head, { name, contentType: '', isWhole });
    let named: ReturnType<typeof readHead> = null;
    for await (const chunk of await this.storage.read(object.key, signal)) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      sizeBytes += chunk.byteLength;
      if (named !== null) continue;
      head = Buffer.concat([head, chunk]);
      named = judge(false);
      if (named === null && head.length > LONG_HEAD_BYTES) throw headTooLong();
    }
    named ??= judge(true) ?? headTooLongNow();
    const { format, width, height, channels, orientation } = named.facts;
    const { originalName, fileName } = named;
    return { originalName, fileName, format, width, height, channels, orientation, sizeBytes, sha256: hash.digest('hex'), crc32: crc, objectKey: object.key, onConflict: detail.on_conflict, split: detail.split };
  }

  /** Without the markers that consoles make for folders. */
  private async *objects(prefix: string, { signal, beat }: { signal: AbortSignal; beat: () => Promise<void> }): AsyncIterable<ListedObject> {
    let listed = 0;
    for await (const object of this.storage.list(prefix, signal)) {
      listed += 1;
      if (listed % BEAT_KEYS === 0) await beat();
      if (!object.key.endsWith('/')) yield object;
    }
  }

  private async beat(job: ImportJob, counts: Counts): Promise<void> {
    if (!(await this.imports.progress(job, { ...counts, total: null }))) throw lostLease();
  }
}

async function* batchesOf(objects: AsyncIterable<ListedObject>, after: string | undefined): AsyncIterable<ListedObject[]> {
  let batch: ListedObject[] = [];
  let bytes = 0;
  for await (const object of objects) {
    if (after !== undefined && compareKeys(object.key, after) <= 0) continue;
    batch.push(object);
    bytes += object.sizeBytes;
    if (batch.length < BATCH && bytes < BATCH_BYTES) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** As the store orders keys: by their UTF-8 bytes. */
function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function findingOf(result: FileResult | VerifiedImage, key: string): Finding[] {
  if (!('status' in result) || result.status !== 'refused') return [];
  return [{ code: result.code ?? 'unsupported-image', message: result.reason ?? 'It was refused.', entry: key, ...(result.hint === undefined ? {} : { hint: result.hint }) }];
}

function headTooLongNow(): never {
  throw headTooLong();
}

function lostLease(): DomainError {
  return new DomainError('in-progress', 'Another process goes on with this import.');
}
