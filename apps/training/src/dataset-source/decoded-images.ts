import { createHash } from 'node:crypto';
import { SampleCacheWriter } from '../engine/data/sample-cache.js';
import { longSideOf, sideFor, type SideLimits } from './image-side.js';

/** How many images decide over the side when the training leaves it open, and how many bytes of them are kept in memory at most. */
const PROBED_IMAGES = 64;
const PROBED_BYTES = 32 * 1024 * 1024;

/** It has no place in the file, and its size was not looked at. */
const NOT_DECODED = { cacheIndex: -1, width: 0, height: 0 };

export interface DecodedImage {
  readonly cacheIndex: number;
  /** Of the encoded bytes. */
  readonly sha256: string;
  /** Of the upright original image, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Decodes images one by one into the engine's cache file. Where no side is given the first images decide. */
export class DecodedImages {
  readonly byName = new Map<string, DecodedImage>();
  readonly failed = new Map<string, string>();
  private probed: { name: string; bytes: Uint8Array }[] = [];
  private probedBytes = 0;
  private writer: SampleCacheWriter | null = null;

  private constructor(
    readonly cacheFile: string,
    private sidePixels: number,
    private readonly limits: SideLimits,
  ) {}

  /** `sidePixels` 0: by the images, within the limits. */
  static create(cacheFile: string, sidePixels: number, limits: SideLimits): DecodedImages {
    return new DecodedImages(cacheFile, sidePixels, limits);
  }

  get side(): number {
    return this.sidePixels;
  }

  get count(): number {
    return this.byName.size;
  }

  /** Bytes that one more image takes in the cache; of the largest side while it is not known. */
  get bytesPerImage(): number {
    const side = this.sidePixels === 0 ? sideFor([], this.limits) : this.sidePixels;
    return side * side * 3;
  }

  async add(name: string, bytes: Uint8Array): Promise<void> {
    if (this.sidePixels !== 0) return this.decode(name, bytes);
    this.probed.push({ name, bytes });
    this.probedBytes += bytes.byteLength;
    if (this.probed.length >= PROBED_IMAGES || this.probedBytes >= PROBED_BYTES) await this.decodeProbed();
  }

  /** Of an image that no epoch looks at: only what it has in common with others counts. */
  note(name: string, bytes: Uint8Array): void {
    this.byName.set(name, { ...NOT_DECODED, sha256: createHash('sha256').update(bytes).digest('hex') });
  }

  /** Everything is in the file. */
  async finish(): Promise<void> {
    await this.settleSide();
    await this.close();
  }

  /** Decides on the side with the images that came so far; 0 where none came. */
  async settleSide(): Promise<number> {
    if (this.probed.length > 0) await this.decodeProbed();
    return this.sidePixels;
  }

  async close(): Promise<void> {
    const { writer } = this;
    this.writer = null;
    await writer?.close();
  }

  private async decodeProbed(): Promise<void> {
    const { probed } = this;
    this.probed = [];
    const sides: number[] = [];
    for (const { bytes } of probed) {
      const side = await longSideOf(bytes);
      if (side !== null) sides.push(side);
    }
    this.sidePixels = sideFor(sides, this.limits);
    for (const { name, bytes } of probed) await this.decode(name, bytes);
  }

  private async decode(name: string, bytes: Uint8Array): Promise<void> {
    this.writer ??= await SampleCacheWriter.create(this.cacheFile, this.sidePixels);
    const added = await this.writer.append(bytes);
    if (!added.ok) this.failed.set(name, added.reason);
    else this.byName.set(name, { cacheIndex: added.index, sha256: createHash('sha256').update(bytes).digest('hex'), width: added.width, height: added.height });
  }
}
