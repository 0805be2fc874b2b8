import { BatchDirectory, centralHeader, DirectoryLines, endRecords, placedAt, placedBytes, zipEntry } from '@app/archive';
import type { SourceContent } from '../application/ports/snapshot-source.port.js';
import { labelEntries } from './zip-entries.js';
import type { ZipPlan } from './zip-plan.js';

export interface ZipStreamSource {
  readonly content: SourceContent;
  readonly plan: ZipPlan;
  readonly signal: AbortSignal;
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
  const directory = new BatchDirectory();
  for await (const entries of content.imageEntries()) yield directory.next(entries);
}
