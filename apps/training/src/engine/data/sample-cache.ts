import { closeSync, openSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { CHANNELS, decodeSquare, type DecodedSquare } from './image-decoder.js';

export type Appended = { readonly ok: true; readonly index: number; readonly width: number; readonly height: number } | { readonly ok: false; readonly reason: string };

/** Decoded images one behind the other in a file of the attempt's folder: decoded once, read in every epoch. */
export class SampleCacheWriter {
  private count = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly side: number,
  ) {}

  static async create(path: string, side: number): Promise<SampleCacheWriter> {
    return new SampleCacheWriter(await open(path, 'wx', 0o600), side);
  }

  /** The sample's index, or why the image stays out. */
  async append(bytes: Uint8Array): Promise<Appended> {
    let decoded: DecodedSquare;
    try {
      decoded = await decodeSquare(bytes, this.side);
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? (error.message.split('\n')[0] ?? 'it cannot be decoded') : 'it cannot be decoded' };
    }
    const { pixels, width, height } = decoded;
    await this.file.write(pixels, 0, pixels.length, this.count * pixels.length);
    this.count += 1;
    return { ok: true, index: this.count - 1, width, height };
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** Reads decoded images by index. Synchronous: a read from the page cache takes microseconds. */
export class SampleCacheReader {
  private readonly descriptor: number;
  readonly sampleBytes: number;

  constructor(
    path: string,
    readonly side: number,
  ) {
    this.descriptor = openSync(path, 'r');
    this.sampleBytes = side * side * CHANNELS;
  }

  read(index: number, into: Uint8Array): void {
    if (readSync(this.descriptor, into, 0, this.sampleBytes, index * this.sampleBytes) !== this.sampleBytes) throw new Error(`sample ${index} is not in the cache`);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
