import { DEFAULT_ARCHIVE_LIMITS, openArchive, rangedSource, type ArchiveDirectory, type ArchiveEntry } from '@app/archive';
import { DomainError } from '@app/kernel';
import type { ObjectHead, ObjectStore } from '@app/object-store';
import { difference, type Difference } from './difference.js';
import { readManifest } from './manifest-reader.js';

/** Ours, of any size. */
const LIMITS = { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: Number.MAX_SAFE_INTEGER, maxTotalBytes: Number.MAX_SAFE_INTEGER, maxEntries: 2_500_000, maxRatio: 2_000, maxDirectoryBytes: 2 ** 30 };
const MOST_SHOWN = 20;

interface Compared {
  readonly zip: ObjectHead;
  readonly manifest: string;
  /** Images stand in the order of the manifest; in an uploaded zip they stand in any. */
  readonly isOrdered: boolean;
}

/** The directory of a zip, read from its tail, against the manifest. */
export async function* checkZip(store: ObjectStore, of: Compared): AsyncIterable<Difference> {
  const directory = await directoryOf(store, of.zip);
  if (typeof directory === 'string') return yield difference('zip-unreadable', of.zip.key, directory);
  let shown = 0;
  for await (const fault of of.isOrdered ? inOrder(store, of, directory) : inAnyOrder(store, of, directory)) {
    shown += 1;
    if (shown <= MOST_SHOWN) yield difference('zip-manifest', of.zip.key, fault);
  }
}

async function directoryOf(store: ObjectStore, { key, sizeBytes }: ObjectHead): Promise<ArchiveDirectory | string> {
  const source = rangedSource(sizeBytes, async ({ start, end }, signal) => (await store.get(key, { range: { start, end: end - 1 }, ...(signal === undefined ? {} : { signal }) })).body);
  try {
    return await openArchive(source, LIMITS);
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'unsafe-archive' || error.code === 'too-large')) return error.detail;
    throw error;
  }
}

const placeOf = (name: string, crc32: string, sizeBytes: number): string => `${name} ${crc32} ${sizeBytes}`;
const hex = (entry: ArchiveEntry): string => entry.crc32.toString(16).padStart(8, '0');

async function* inOrder(store: ObjectStore, { manifest }: Compared, directory: ArchiveDirectory): AsyncIterable<string> {
  const { head, entries } = await readManifest(store, manifest);
  // That it is none is told already.
  if (head === null) return;
  let index = 0;
  for await (const entry of entries) {
    const found = index < directory.entryCount ? directory.entry(index) : null;
    index += 1;
    if (entry === null) return;
    const expected = placeOf(entry.file_name.normalize('NFC'), entry.crc32, entry.size_bytes);
    const is = found === null ? 'nothing' : placeOf(found.name, hex(found), found.sizeBytes);
    if (is !== expected) yield `entry ${index} is ${is} instead of ${expected}`;
  }
  if (index < directory.entryCount && directory.entry(index).name.startsWith('images/')) yield `more images than the ${index} of the manifest`;
}

async function* inAnyOrder(store: ObjectStore, { manifest }: Compared, directory: ArchiveDirectory): AsyncIterable<string> {
  const held = new Map<string, number>();
  for (const entry of directory.entries()) count(held, `${hex(entry)} ${entry.sizeBytes}`, 1);
  for await (const entry of (await readManifest(store, manifest)).entries) {
    if (entry !== null && count(held, `${entry.crc32} ${entry.size_bytes}`, -1) < 0) yield `no entry has the bytes of ${entry.file_name}`;
  }
}

function count(held: Map<string, number>, key: string, by: number): number {
  const now = (held.get(key) ?? 0) + by;
  held.set(key, now);
  return now;
}
