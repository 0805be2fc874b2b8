import { DEFAULT_ARCHIVE_LIMITS, openArchive, rangedSource, readEntries, regionOf, type ArchiveDirectory, type ArchiveEntry, type RandomAccessSource, type VisitEntry } from '@app/archive';
import { packageEntries, PackageLayout } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import type { ObjectStore } from '@app/object-store';

/** Of one read: short enough for a lease and for the patience of a store, long enough that the requests do not count. */
const WINDOW_ENTRIES = 200;
const WINDOW_BYTES = 64_000_000;

/** The images of an uploaded zip in the order in which they lie there, window by window: each byte is read once, and a read can begin anywhere. */
export class ZipOfImages {
  private constructor(
    private readonly source: RandomAccessSource,
    private readonly directory: ArchiveDirectory,
    private readonly layout: PackageLayout,
  ) {}

  static async open(store: Pick<ObjectStore, 'get'>, zip: { readonly key: string; readonly sizeBytes: number }, signal: AbortSignal): Promise<ZipOfImages> {
    const source = rangedSource(zip.sizeBytes, async (range, aborted) => (await store.get(zip.key, { range: { start: range.start, end: range.end - 1 }, signal: aborted })).body);
    // The size was checked when it was uploaded; limits may have been lowered since.
    const directory = await openArchive(source, { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: Math.max(DEFAULT_ARCHIVE_LIMITS.maxArchiveBytes, zip.sizeBytes) }, signal);
    return new ZipOfImages(source, directory, new PackageLayout(packageEntries(directory)));
  }

  /** The name of an entry as rows have it. */
  nameOf(entry: ArchiveEntry): string {
    return this.layout.inside(entry.name) ?? entry.name;
  }

  *windows(): Iterable<readonly ArchiveEntry[]> {
    let window: ArchiveEntry[] = [];
    let bytes = 0;
    for (const entry of this.directory.entriesByOffset()) {
      if (entry.isDirectory || this.layout.roleOf(entry.name) !== 'image') continue;
      if (window.length >= WINDOW_ENTRIES || (window.length > 0 && bytes + entry.compressedBytes > WINDOW_BYTES)) {
        yield window;
        [window, bytes] = [[], 0];
      }
      window.push(entry);
      bytes += entry.compressedBytes;
    }
    if (window.length > 0) yield window;
  }

  /** Answers false when some of the bytes are not those that were uploaded; the visitor has then seen part of the entries, and none of the damaged ones to its end. */
  async read(entries: readonly ArchiveEntry[], visit: VisitEntry, signal: AbortSignal): Promise<boolean> {
    try {
      await readEntries(this.source, regionOf(this.directory, entries), visit, signal);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unsafe-archive') return false;
      throw error;
    }
  }
}
