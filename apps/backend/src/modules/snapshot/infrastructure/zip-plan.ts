import { entryOf, EntryTally, type EntryFacts } from '@app/archive';
import type { SourceContent, SourceEntries, SourceImage } from '../application/ports/snapshot-source.port.js';
import type { ZipBase } from '../domain/snapshot.repository.port.js';

/** Shorter ones cannot be copied as a part. */
const LEAST_PREFIX_BYTES = 5 * 1024 * 1024;

/** The entry of an image: stored as it is, under the name that the label file says. */
export function imageEntry({ fileName, sizeBytes, crc32 }: SourceImage): EntryFacts {
  return { name: fileName, sizeBytes, crc32 };
}

/** Where the new zip goes on from another one. */
export interface ZipStart {
  readonly base: ZipBase;
  /** The last image that is copied. */
  readonly lastNumber: number;
  readonly lastEntry: EntryFacts;
  readonly lastOffset: number;
}

export interface ZipPlan {
  /** Of all images. */
  readonly images: number;
  readonly bytes: number;
  readonly directoryBytes: number;
  readonly digest: string;
  /** The one with most in common first. */
  readonly starts: readonly ZipStart[];
}

/** Lays the images of a version out and finds the zips that begin like it. One pass over rows; no byte of an image is read. */
export async function planZip(content: Pick<SourceContent, 'imageEntries'>, bases: readonly ZipBase[]): Promise<ZipPlan> {
  const tally = new EntryTally();
  const starts: ZipStart[] = [];
  const byCount = new Map<number, ZipBase[]>();
  for (const base of bases) byCount.set(base.region.images, [...(byCount.get(base.region.images) ?? []), base]);
  const counts = [...byCount.keys()].sort((a, b) => a - b);
  for await (const entries of content.imageEntries()) {
    const first = tally.count;
    let done = 0;
    for (const count of counts) {
      const last = count - first - 1;
      if (last < done || last >= entries.count) continue;
      starts.unshift(...startsAt(tally, { entries, done, last }, byCount.get(count) ?? []));
      done = last + 1;
    }
    tally.addBatch(entries, done);
  }
  const { count: images, bytes, directoryBytes } = tally;
  return { images, bytes, directoryBytes, digest: tally.digest(), starts };
}

/** Counts up to a row, which is the last of the images of these zips, and finds those that begin like all images so far. */
function startsAt(tally: EntryTally, { entries, done, last }: { entries: SourceEntries; done: number; last: number }, bases: readonly ZipBase[]): ZipStart[] {
  tally.addBatch(entries, done, last);
  const lastOffset = tally.bytes;
  tally.addBatch(entries, last, last + 1);
  if (tally.bytes < LEAST_PREFIX_BYTES) return [];
  const digest = tally.digest();
  const facts = { lastNumber: entries.numbers[last] ?? 0, lastEntry: entryOf(entries, last), lastOffset };
  return bases.filter((base) => base.region.digest === digest).map((base) => ({ base, ...facts })).reverse();
}
