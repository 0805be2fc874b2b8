import { centralHeader, DirectoryLines, directoryOfBatch, endRecords, placedAt, placedBytes, zipEntry } from '@app/archive';
import type { ObjectStore, ResumableSha256 } from '@app/object-store';
import type { SourceContent } from '../application/ports/snapshot-source.port.js';
import { imageEntries, labelEntries } from './zip-entries.js';
import type { ZipPlan } from './zip-plan.js';

export interface ZipStreamSource {
  readonly store: ObjectStore;
  readonly content: SourceContent;
  readonly plan: ZipPlan;
  readonly signal: AbortSignal;
}

/** From where the stream begins: behind the copied images, or at the first byte. */
export interface StreamStart {
  readonly offset: number;
  readonly afterNumber: number;
}

/** The images behind the start, header and data. */
export async function* imageBytes({ store, content, signal }: ZipStreamSource, start: StreamStart): AsyncIterable<Uint8Array> {
  let { offset } = start;
  for await (const entry of imageEntries(content.images(start.afterNumber), store, signal)) {
    yield* zipEntry(entry, offset);
    offset += placedBytes(entry);
  }
}

/** What stands behind the images: masks, label files, directory. The rows are read once more for the directory, so that nothing is held of a million images. */
export async function* tailBytes({ content, plan, signal }: ZipStreamSource): AsyncIterable<Uint8Array> {
  const labels = new DirectoryLines();
  let offset = plan.bytes;
  for await (const entry of labelEntries(content.entries())) {
    signal.throwIfAborted();
    yield* zipEntry(entry, offset);
    labels.add(centralHeader(placedAt(entry, offset)));
    offset += placedBytes(entry);
  }
  yield* directoryLines(content);
  yield* labels.blocks();
  yield endRecords({ count: plan.images + labels.count, offset, directoryBytes: plan.directoryBytes + labels.bytes });
}

async function* directoryLines(content: SourceContent): AsyncIterable<Buffer> {
  let offset = 0;
  for await (const entries of content.imageEntries()) {
    const { lines, end } = directoryOfBatch(entries, offset);
    yield lines;
    offset = end;
  }
}

/** The same bytes, hashed and counted on their way. */
export async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: ResumableSha256, count: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    count(chunk.byteLength);
    yield chunk;
  }
}
