import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { OutputFile } from '../engine/child/child-messages.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';

/** Takes a file that a trainer has written into the attempt's own folder, where the trainer's later writing does not reach it. */
export interface OutputFiles {
  take(name: string, to: string, signal?: AbortSignal): Promise<OutputFile>;
}

/** As the backend allows for one object. */
export const MOST_FILE_BYTES = 4 * 1024 ** 3;
const CHUNK_BYTES = 1024 * 1024;

/** Files of a folder on this machine. */
export class LocalOutputFiles implements OutputFiles {
  constructor(
    private readonly folder: string,
    private readonly assertRoom: (bytes: number) => Promise<void>,
  ) {}

  async take(name: string, to: string): Promise<OutputFile> {
    const file = await openInside(this.folder, name);
    try {
      const { size } = await file.stat();
      assertSize(name, size);
      await this.assertRoom(size);
      return await writeWhole(chunksOf(file, size), to, name);
    } finally {
      await file.close();
    }
  }
}

/** A name with `..`, a link, or anything but a file is refused: only what lies in the folder itself is the trainer's to give. */
export async function openInside(folder: string, name: string): Promise<FileHandle> {
  if (!isPlainPath(name)) throw refused(name, 'is no path inside the output folder');
  const path = join(folder, ...name.split('/'));
  const real = await realpath(dirname(path)).catch(() => null);
  const root = await realpath(folder);
  if (real === null) throw refused(name, 'is not there');
  if (real !== root && !real.startsWith(root + sep)) throw refused(name, 'lies outside the output folder');
  // Non-blocking: a named pipe would wait for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
    throw refused(name, codeOf(error) === 'ELOOP' ? 'is a link' : 'cannot be read');
  });
  const facts = await file.stat();
  if (facts.isFile() && facts.nlink === 1) return file;
  await file.close();
  throw refused(name, facts.isFile() ? 'has a second name' : 'is no file');
}

export function isPlainPath(name: string): boolean {
  return !name.includes('\\') && !name.includes('\0') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

export function assertSize(name: string, bytes: number): void {
  if (bytes === 0) throw refused(name, 'is empty');
  if (bytes > MOST_FILE_BYTES) throw refused(name, `has more than ${MOST_FILE_BYTES} bytes`);
}

/** Visible under its name when it is whole. */
export async function writeWhole(chunks: AsyncIterable<Uint8Array>, to: string, name: string): Promise<OutputFile> {
  const hash = createHash('sha256');
  const part = `${to}.part`;
  let sizeBytes = 0;
  const file = await open(part, 'w', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      assertSize(name, sizeBytes);
      for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
    }
    await file.close();
    await rename(part, to);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
  return { path: to, sizeBytes, sha256: hash.digest('hex') };
}

export async function* chunksOf(file: FileHandle, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; ) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes - at)), position: at });
    // Shorter than it was: the trainer writes on a file that it has given away.
    if (bytesRead === 0) throw refused('a file', 'became shorter while it was read');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

export function refused(name: string, why: string): AttemptFailure {
  return new AttemptFailure('trainer-protocol', `The trainer named a file that cannot be taken: ${JSON.stringify(name.slice(0, 100))} ${why}.`, { retryable: false });
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
