import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import { isPlainIndexed, MAX_PIXELS, type MaskFacts, paeth, pixelData } from './indexed-png.js';

/** Unpacked at once: a millisecond of work, then others have their turn. */
const CHUNK_BYTES = 65_536;

type Unfilter = (row: Buffer, above: Buffer) => void;
const byte = (row: Buffer, at: number): number => row[at] ?? 0;

/** By filter type (W3C PNG third edition, 9.2), in place. Byte 0 of a row is its filter, so the left neighbour of the first pixel counts as 0. */
const UNFILTERS: readonly Unfilter[] = [
  () => undefined,
  (row) => {
    for (let x = 2; x < row.length; x += 1) row[x] = byte(row, x) + byte(row, x - 1);
  },
  (row, above) => {
    for (let x = 1; x < row.length; x += 1) row[x] = byte(row, x) + byte(above, x);
  },
  (row, above) => {
    for (let x = 1; x < row.length; x += 1) row[x] = byte(row, x) + (((x > 1 ? byte(row, x - 1) : 0) + byte(above, x)) >> 1);
  },
  (row, above) => {
    for (let x = 1; x < row.length; x += 1) row[x] = byte(row, x) + (x > 1 ? paeth(byte(row, x - 1), byte(above, x), byte(above, x - 1)) : byte(above, x));
  },
];

/** Takes unpacked bytes as they come; holds two rows. */
class MaskRows {
  private readonly seen = new Uint8Array(256);
  private readonly hash = createHash('sha256');
  private row: Buffer;
  private above: Buffer;
  private filled = 0;
  private rowsLeft: number;

  constructor(width: number, height: number) {
    this.row = Buffer.alloc(width + 1);
    this.above = Buffer.alloc(width + 1);
    this.rowsLeft = height;
  }

  get complete(): boolean {
    return this.rowsLeft === 0 && this.filled === 0;
  }

  get facts(): { values: number[]; sha256: string } {
    return { values: [...this.seen.keys()].filter((value) => this.seen[value] === 1), sha256: this.hash.digest('hex') };
  }

  /** False for a filter that does not exist and for more rows than were announced. */
  take(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.rowsLeft === 0) return false;
      const copied = chunk.copy(this.row, this.filled, at, at + this.row.length - this.filled);
      at += copied;
      this.filled += copied;
      if (this.filled === this.row.length && !this.finishRow()) return false;
    }
    return true;
  }

  private finishRow(): boolean {
    const unfilter = UNFILTERS[byte(this.row, 0)];
    if (unfilter === undefined) return false;
    unfilter(this.row, this.above);
    for (let x = 1; x < this.row.length; x += 1) this.seen[byte(this.row, x)] = 1;
    this.hash.update(this.row.subarray(1));
    [this.row, this.above] = [this.above, this.row];
    this.filled = 0;
    this.rowsLeft -= 1;
    return true;
  }
}

/**
 * Size and values of an 8-bit indexed or grey PNG without interlace, and the SHA-256 of its row-major pixels; a sentence where it is something else.
 * A few bytes can unpack to a hundred megapixels, so it goes by pieces: memory is two rows, and nobody waits for the whole.
 */
export async function readStreamedMask(bytes: Uint8Array): Promise<(MaskFacts & { readonly sha256: string }) | string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 57 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) return 'The mask is not a PNG.';
  if (!isPlainIndexed(view)) return 'The mask is not an indexed PNG of 8 bits without interlace.';
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) return 'The mask has an impossible size.';
  const rows = new MaskRows(width, height);
  try {
    const unpacked: AsyncIterable<Buffer> = Readable.from(pixelData(view)).pipe(createInflate({ chunkSize: CHUNK_BYTES }));
    for await (const chunk of unpacked) if (!rows.take(chunk)) return 'The pixels of the mask are more than its size says, or filtered in an unknown way.';
  } catch {
    return 'The pixels of the mask cannot be decompressed.';
  }
  return rows.complete ? { width, height, ...rows.facts } : 'The pixels of the mask are incomplete.';
}
