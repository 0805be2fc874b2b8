import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Bytes from `start` up to, not including, `end`. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes of known total size that can be read from any place: a file, or an object in a store by ranged GETs. */
export interface RandomAccessSource {
  readonly sizeBytes: number;
  /** Exactly the bytes of the range, in chunks of any size. Ends early only when the source itself was cut. */
  read(range: SourceRange, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

const FILE_CHUNK_BYTES = 262_144;

/** A file, whose size is taken once. */
export async function fileSource(path: string): Promise<RandomAccessSource> {
  const { size } = await stat(path);
  return {
    sizeBytes: size,
    read: (range, signal) => (range.end > range.start ? createReadStream(path, { start: range.start, end: range.end - 1, highWaterMark: FILE_CHUNK_BYTES, signal }) : empty()),
  };
}

/** Bytes in memory: small archives and tests. */
export function bufferSource(bytes: Uint8Array): RandomAccessSource {
  return {
    sizeBytes: bytes.length,
    async *read(range, signal) {
      await Promise.resolve();
      for (let start = range.start; start < range.end; start += FILE_CHUNK_BYTES) {
        signal?.throwIfAborted();
        yield bytes.subarray(start, Math.min(range.end, start + FILE_CHUNK_BYTES));
      }
    },
  };
}

/** Anything that can open a range, such as an object store's ranged GET. */
export function rangedSource(sizeBytes: number, open: (range: SourceRange, signal?: AbortSignal) => Promise<AsyncIterable<Uint8Array>>): RandomAccessSource {
  return {
    sizeBytes,
    async *read(range, signal) {
      if (range.end > range.start) yield* await open(range, signal);
    },
  };
}

async function* empty(): AsyncIterable<Uint8Array> {
  yield* [];
  await Promise.resolve();
}
