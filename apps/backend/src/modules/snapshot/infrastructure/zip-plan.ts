import { EntryTally, type EntryFacts } from '@app/archive';
import type { SourceContent, SourceImage } from '../application/ports/snapshot-source.port.js';
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
export async function planZip(content: SourceContent, bases: readonly ZipBase[]): Promise<ZipPlan> {
  const tally = new EntryTally();
  const starts: ZipStart[] = [];
  const byCount = new Map<number, ZipBase[]>();
  for (const base of bases) byCount.set(base.region.images, [...(byCount.get(base.region.images) ?? []), base]);
  for await (const image of content.images()) {
    const [lastEntry, lastOffset] = [imageEntry(image), tally.bytes];
    tally.add(lastEntry);
    const candidates = byCount.get(tally.count);
    if (candidates === undefined || tally.bytes < LEAST_PREFIX_BYTES) continue;
    const digest = tally.digest();
    for (const base of candidates) if (base.region.digest === digest) starts.unshift({ base, lastNumber: image.number, lastEntry, lastOffset });
  }
  const { count: images, bytes, directoryBytes } = tally;
  return { images, bytes, directoryBytes, digest: tally.digest(), starts };
}
