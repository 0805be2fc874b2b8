import { closeSync, openSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { readMaskPixels } from '@app/dice-format';
import { fitLabels } from '../geometry/label-square.js';
import { fitGeometry } from './fit.js';

/** Label maps of the squares that images are fitted into, one behind the other in a file of the attempt's folder: a byte a pixel, values of an indexed mask. */
export class LabelMapWriter {
  private count = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly side: number,
  ) {}

  static async create(path: string, side: number): Promise<LabelMapWriter> {
    return new LabelMapWriter(await open(path, 'wx', 0o600), side);
  }

  /** Takes an indexed PNG of the upright original's size. The map's index and the values in it, or why it stays out. */
  async append(png: Uint8Array): Promise<{ readonly ok: true; readonly index: number; readonly width: number; readonly height: number; readonly values: readonly number[] } | { readonly ok: false; readonly reason: string }> {
    const mask = readMaskPixels(png);
    if (typeof mask === 'string') return { ok: false, reason: mask };
    const { width, height, pixels } = mask;
    const square = fitLabels(pixels, fitGeometry(width, height, this.side));
    await this.file.write(square, 0, square.length, this.count * square.length);
    this.count += 1;
    return { ok: true, index: this.count - 1, width, height, values: valuesOf(pixels) };
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function valuesOf(pixels: Uint8Array): number[] {
  const seen = new Uint8Array(256);
  for (const value of pixels) seen[value] = 1;
  return [...seen.keys()].filter((value) => seen[value] === 1);
}

/** Label maps by index. */
export interface LabelMaps {
  readonly side: number;
  read(index: number, into: Uint8Array): void;
}

/** Reads label maps by index. Synchronous: a read from the page cache takes microseconds. */
export class LabelMapReader implements LabelMaps {
  private readonly descriptor: number;

  constructor(
    path: string,
    readonly side: number,
  ) {
    this.descriptor = openSync(path, 'r');
  }

  read(index: number, into: Uint8Array): void {
    const size = this.side * this.side;
    if (readSync(this.descriptor, into, 0, size, index * size) !== size) throw new Error(`label map ${index} is not in the cache`);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
