import { open, type FileHandle } from 'node:fs/promises';
import { type ArchiveDirectory, openArchive, type RandomAccessSource } from '@app/archive';
import { DomainError } from '@app/kernel';
import type { ArchiveBytes } from './archive-reader.port.js';
import { SNAPSHOT_LIMITS } from './zip-archive-reader.js';

const FILE_CHUNK_BYTES = 1024 * 1024;

/** An archive on the disk that begins like the wanted one. */
export interface BegunAlike {
  /** Of both, from the first on. */
  readonly bytes: number;
  /** Those bytes. */
  stream(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Finds among archives of before the one with most in common with a wanted one, told by their directories: versions of a dataset have the same images in front
 * (docs/adr/0011). It is a guess about bytes by names, sizes, places and CRCs: whoever uses it checks the whole. Null where there is none.
 */
export async function begunAlike(wanted: Pick<ArchiveBytes, 'sizeBytes' | 'range'>, paths: readonly string[], signal: AbortSignal): Promise<BegunAlike | null> {
  if (paths.length === 0) return null;
  const directory = await openArchive({ sizeBytes: wanted.sizeBytes, read: (range) => wanted.range(range) }, SNAPSHOT_LIMITS, signal);
  let best: { readonly file: FileHandle; readonly bytes: number } | null = null;
  for (const path of paths) {
    // Open files stay readable when the cache makes room.
    const file = await open(path).catch(() => null);
    if (file === null) continue;
    const bytes = await commonBytes(directory, file, signal);
    if (bytes > (best?.bytes ?? 0)) {
      await best?.file.close();
      best = { file, bytes };
    } else await file.close();
  }
  if (best === null) return null;
  const { file, bytes } = best;
  return { bytes, stream: () => chunksOf(file, { start: 0, end: bytes }), close: () => file.close() };
}

/** Up to the first entry that differs. */
async function commonBytes(wanted: ArchiveDirectory, file: FileHandle, signal: AbortSignal): Promise<number> {
  const present = await directoryOf(file, signal);
  if (present === null) return 0;
  let common = 0;
  const others = present.entriesByOffset()[Symbol.iterator]();
  for (const entry of wanted.entriesByOffset()) {
    const other = others.next();
    if (other.done === true) return common;
    const { rawName, method, flags, compressedBytes, sizeBytes, crc32, localHeaderOffset, regionEnd } = other.value;
    const isSame =
      rawName === entry.rawName && method === entry.method && flags === entry.flags && compressedBytes === entry.compressedBytes && sizeBytes === entry.sizeBytes && crc32 === entry.crc32;
    if (!isSame || localHeaderOffset !== entry.localHeaderOffset || regionEnd !== entry.regionEnd) return common;
    common = regionEnd;
  }
  return common;
}

/** Null: the disk changed it. */
async function directoryOf(file: FileHandle, signal: AbortSignal): Promise<ArchiveDirectory | null> {
  const source: RandomAccessSource = { sizeBytes: (await file.stat()).size, read: (range) => chunksOf(file, range) };
  try {
    return await openArchive(source, SNAPSHOT_LIMITS, signal);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

async function* chunksOf(file: FileHandle, { start, end }: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(FILE_CHUNK_BYTES, end - at)), position: at });
    // Shorter than it was: the checksum of the whole decides.
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
