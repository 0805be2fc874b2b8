import type { ArchiveEntry } from '@app/archive';
import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../../platform/database/unit-of-work.js';
import { ImportQueue, type ImportJob, type ImportProgress } from '../../application/ports/import-queue.port.js';
import { UnpackedImages, type PackedImage } from '../../application/ports/unpacked-images.port.js';
import { Flight } from '../flight.js';
import { ImageObjects, OtherBytes } from './image-objects.js';
import { ZipOfImages } from './zip-of-images.js';

/** In flight to the store, in memory. */
const PUTS_AT_A_TIME = 4;
const BYTES_AT_A_TIME = 16_000_000;
/** Far below the lease, which a progress extends. */
const TELL_EVERY_MILLISECONDS = 5_000;
const LEFT_PAGE = 500;

const CHANGED = {
  code: 'image-changed',
  message: 'The image cannot be taken out of the uploaded zip: its bytes are not those any more that were uploaded.',
  hint: 'It stays out of training. Replace it by a good file or remove it. Somebody or something has written to the bucket past this platform.',
} as const;

/** Another process has taken the import over. */
class LeaseLost extends Error {}

/** Of one window. */
interface Puts {
  readonly written: { readonly image: PackedImage; readonly key: string }[];
  readonly flight: Flight;
}

interface Run {
  readonly job: ImportJob;
  readonly zip: ZipOfImages;
  readonly signal: AbortSignal;
  readonly total: number;
  done: number;
  refused: number;
  toldAt: number;
}

/**
 * Makes single images of an uploaded zip: originals byte for byte, each to its own key. Thumbnails are made afterwards from there, by the image worker:
 * this process decodes nothing. What is done is noted window by window, so that a repeat begins where the last one ended.
 */
@Injectable()
export class ZipUnpacker {
  constructor(
    private readonly store: ObjectStore,
    private readonly images: UnpackedImages,
    private readonly objects: ImageObjects,
    private readonly queue: ImportQueue,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** To the end, `complete` included. Stops without a word when the lease is lost. */
  async unpack(job: ImportJob, signal: AbortSignal): Promise<void> {
    try {
      await this.run(job, signal);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }
  }

  private async run(job: ImportJob, signal: AbortSignal): Promise<void> {
    const found = await this.images.zipOf(job.datasetId);
    if (found !== null) await this.unpackAll(job, found, signal);
    const { total, stored, refused } = await this.images.count(job.datasetId);
    await this.unitOfWork.run(() => this.queue.complete(job, { done: stored, total, refused }));
  }

  private async unpackAll(job: ImportJob, found: { key: string; sizeBytes: number }, signal: AbortSignal): Promise<void> {
    const { total, stored, refused } = await this.images.count(job.datasetId);
    const zip = await ZipOfImages.open(this.store, found, signal);
    const run: Run = { job, zip, signal, total, done: stored, refused, toldAt: performance.now() };
    for (const window of zip.windows()) {
      signal.throwIfAborted();
      await this.unpackWindow(run, window);
    }
    // Rows whose names the zip does not have (any more).
    for (let left = await this.images.left(job.datasetId, LEFT_PAGE); left.length > 0; left = await this.images.left(job.datasetId, LEFT_PAGE)) await this.note(run, [], left);
  }

  private async unpackWindow(run: Run, window: readonly ArchiveEntry[]): Promise<void> {
    const packed = new Map((await this.images.packed(run.job.datasetId, window.map((entry) => run.zip.nameOf(entry)))).map((image) => [image.fileName, image]));
    const entries = window.filter((entry) => packed.has(run.zip.nameOf(entry)));
    if (entries.length === 0) return;
    const puts: Puts = { written: [], flight: new Flight(PUTS_AT_A_TIME, BYTES_AT_A_TIME) };
    try {
      await run.zip.read(entries, (entry, bytes) => this.unpackEntry({ run, puts, image: packed.get(run.zip.nameOf(entry)) }, { sizeBytes: entry.sizeBytes, bytes }), run.signal);
    } finally {
      // An image that could not be written is not a broken image: what one has failed with is thrown.
      await puts.flight.landed();
    }
    const stored = new Set(puts.written.map(({ image }) => image.number));
    await this.note(run, puts.written, [...packed.values()].filter((image) => !stored.has(image.number)));
  }

  private async unpackEntry(to: { run: Run; puts: Puts; image: PackedImage | undefined }, file: { sizeBytes: number; bytes: AsyncIterable<Uint8Array> }): Promise<void> {
    const { run, puts, image } = to;
    if (image === undefined) return;
    await puts.flight.room(file.sizeBytes);
    const put = await this.putUnlessOther(run, image, file);
    if (put !== null) puts.flight.add(file.sizeBytes, put.written.then(() => void puts.written.push({ image, key: put.key })));
    await this.tellNowAndThen(run, puts.written.length);
  }

  /** Null when the bytes are not those of the image. A damaged entry ends its bytes early, which the archive tells afterwards. */
  private async putUnlessOther(run: Run, image: PackedImage, file: { sizeBytes: number; bytes: AsyncIterable<Uint8Array> }): Promise<{ key: string; written: Promise<void> } | null> {
    try {
      return await this.objects.put(run.job.datasetId, image, { ...file, signal: run.signal });
    } catch (error) {
      if (error instanceof OtherBytes) return null;
      throw error;
    }
  }

  private async note(run: Run, written: readonly { image: PackedImage; key: string }[], refused: readonly PackedImage[]): Promise<void> {
    const progress: ImportProgress = { done: run.done + written.length, total: run.total, refused: run.refused + refused.length };
    const held = await this.unitOfWork.run(async () => {
      await this.images.refused(run.job.datasetId, refused, CHANGED);
      await this.images.stored(run.job.datasetId, written);
      return this.queue.progress(run.job, progress);
    });
    if (!held) throw new LeaseLost();
    Object.assign(run, { done: progress.done, refused: progress.refused, toldAt: performance.now() });
  }

  /** Within a window: of images that are written but not noted yet. */
  private async tellNowAndThen(run: Run, written: number): Promise<void> {
    if (performance.now() - run.toldAt < TELL_EVERY_MILLISECONDS) return;
    run.toldAt = performance.now();
    if (!(await this.queue.progress(run.job, { done: run.done + written, total: run.total, refused: run.refused }))) throw new LeaseLost();
  }
}
