import { createHash, randomBytes } from 'node:crypto';
import { open, mkdir, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from './disk-error.js';
import { S3Error } from './s3-error.js';

/** A run of bytes of one blob. Objects are lists of them, so that copies and composed objects cost no bytes. */
export interface Segment {
  readonly blob: string;
  readonly offset: number;
  readonly length: number;
}

export interface WrittenBlob {
  readonly segment: Segment;
  /** Hex. */
  readonly md5: string;
}

/** Files that are open until `close`, also when nobody ever reads. */
export interface OpenRange {
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const READ_BYTES = 256 * 1024;

/** Blobs are files with random names: no text from a client ever becomes a path. */
export class BlobFiles {
  private readonly folder: string;

  constructor(dataDirectory: string) {
    this.folder = join(dataDirectory, 'blobs');
  }

  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Writes to a new blob and waits until the disk has it. Nothing stays behind on an error. */
  async write(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<WrittenBlob> {
    const blob = randomBytes(16).toString('hex');
    const path = this.pathOf(blob);
    const md5 = createHash('md5');
    let length = 0;
    async function* counted(): AsyncIterable<Uint8Array> {
      for await (const chunk of body) {
        length += chunk.byteLength;
        if (length > maxBytes) throw new S3Error('EntityTooLarge', 'The object is too large.');
        md5.update(chunk);
        yield chunk;
      }
    }
    try {
      await mkdir(join(this.folder, blob.slice(0, 2)), { recursive: true, mode: 0o700 });
      await writeSynced(path, counted());
    } catch (error) {
      await rm(path, { force: true });
      throw diskError(error);
    }
    return { segment: { blob, offset: 0, length }, md5: md5.digest('hex') };
  }

  /** Opens every blob of the range before the first byte is given out: a delete or an overwrite meanwhile changes nothing for this reader. */
  async openRange(segments: readonly Segment[], range: { readonly start: number; readonly end: number }): Promise<OpenRange> {
    const pieces = cut(segments, range);
    const files = new Map<string, FileHandle>();
    try {
      for (const { blob } of pieces) if (!files.has(blob)) files.set(blob, await open(this.pathOf(blob), 'r'));
    } catch (error) {
      await closeAll(files);
      throw error;
    }
    return { bytes: readPieces(pieces, files), close: () => closeAll(files) };
  }

  async remove(blob: string): Promise<void> {
    await rm(this.pathOf(blob), { force: true });
  }

  /** Every blob on disk, for the sweep at start. */
  async *all(): AsyncIterable<string> {
    for (const prefix of await readdir(this.folder)) {
      for (const blob of await readdir(join(this.folder, prefix))) yield blob;
    }
  }

  private pathOf(blob: string): string {
    return join(this.folder, blob.slice(0, 2), blob);
  }
}

async function writeSynced(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of body) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The parts of the segments that lie in the range (inclusive). */
export function cut(segments: readonly Segment[], range: { readonly start: number; readonly end: number }): Segment[] {
  const pieces: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    const from = Math.max(range.start, at);
    const to = Math.min(range.end, at + segment.length - 1);
    if (from <= to) pieces.push({ blob: segment.blob, offset: segment.offset + from - at, length: to - from + 1 });
    at += segment.length;
  }
  return pieces;
}

async function* readPieces(pieces: readonly Segment[], files: ReadonlyMap<string, FileHandle>): AsyncIterable<Uint8Array> {
  for (const piece of pieces) yield* readPiece(piece, files.get(piece.blob));
}

async function* readPiece(piece: Segment, file: FileHandle | undefined): AsyncIterable<Uint8Array> {
  for (let done = 0; done < piece.length; ) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, piece.length - done));
    const read = await file?.read(buffer, 0, buffer.length, piece.offset + done);
    if (read === undefined || read.bytesRead === 0) throw new Error('a blob is shorter than its record');
    done += read.bytesRead;
    yield buffer.subarray(0, read.bytesRead);
  }
}

async function closeAll(files: ReadonlyMap<string, FileHandle>): Promise<void> {
  for (const file of files.values()) await file.close().catch(() => undefined);
}
