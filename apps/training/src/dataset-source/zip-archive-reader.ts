import { DEFAULT_ARCHIVE_LIMITS, openArchive, readEntries, readEntry, type ArchiveEntry, type ArchiveLimits, type RandomAccessSource } from '@app/archive';
import { ArchiveReader, type ArchiveBytes, type VisitFile } from './archive-reader.port.js';

/** Snapshots are ours and grow beyond what one upload may have; names, ratio and count are judged as there. */
export const SNAPSHOT_LIMITS: ArchiveLimits = { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: 1_000_000_000_000, maxTotalBytes: 2_000_000_000_000 };

/**
 * The gate first (by two small reads of the directory), then one pass over the bytes as they arrive. A snapshot's directory is trusted no
 * more than an upload's: bytes are judged before their checksum is known.
 */
export class ZipArchiveReader extends ArchiveReader {
  constructor(private readonly limits: ArchiveLimits = SNAPSHOT_LIMITS) {
    super();
  }

  async read(archive: ArchiveBytes, visit: VisitFile, { signal, isFirst = nothing }: { readonly signal: AbortSignal; readonly isFirst?: (name: string) => boolean }): Promise<void> {
    const { sizeBytes } = archive;
    const directory = await openArchive({ sizeBytes, read: (range) => archive.range(range) }, this.limits, signal);
    for (const entry of directory.entriesByOffset()) {
      if (isVisited(entry) && isFirst(entry.name)) await visit(entry, readEntry({ sizeBytes, read: (range) => archive.range(range) }, entry, signal));
    }
    const passing: RandomAccessSource = { sizeBytes, read: (range) => (range.start === 0 ? upTo(archive.stream, range.end) : archive.range(range)) };
    await readEntries(
      passing,
      directory,
      async (entry, bytes) => {
        if (isVisited(entry) && !isFirst(entry.name)) await visit(entry, bytes);
      },
      signal,
    );
  }
}

const nothing = (): boolean => false;
const isVisited = (entry: ArchiveEntry): boolean => !entry.isJunk && !entry.isDirectory;

async function* upTo(stream: AsyncIterable<Uint8Array>, end: number): AsyncGenerator<Uint8Array> {
  let left = end;
  if (left === 0) return;
  for await (const chunk of stream) {
    yield chunk.byteLength > left ? chunk.subarray(0, left) : chunk;
    left -= chunk.byteLength;
    if (left <= 0) return;
  }
}
