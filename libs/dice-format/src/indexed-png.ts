import { deflateSync, inflateSync, crc32 } from 'node:zlib';
import { PALETTE } from './dice-class.js';

/** Pixels that one mask may have; the same as an image. */
export const MAX_PIXELS = 100_000_000;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const GREY = 0;
const RGB = 2;
const INDEXED = 3;

/** Encodes 8-bit samples as a PNG: `channels` 1 is grey, 3 is RGB. Deterministic for one version of zlib. */
export function encodePng(pixels: Uint8Array, size: { width: number; height: number; channels: 1 | 3 }): Uint8Array {
  return framedPng(pixels, { ...size, colour: size.channels === 1 ? GREY : RGB }, []);
}

/** Encodes a row-major label map as an indexed PNG, in the colours of the palette so that people see something. Deterministic for one version of zlib. */
export function encodeMaskPng(labelMap: Uint8Array, size: { readonly width: number; readonly height: number }): Uint8Array {
  const colours = Buffer.alloc(256 * 3, 0xe0);
  colours.fill(0, 0, 3);
  for (let value = 1; value < 255; value += 1) Buffer.from((PALETTE[(value - 1) % PALETTE.length] ?? '#808080').slice(1), 'hex').copy(colours, value * 3);
  return framedPng(labelMap, { ...size, channels: 1, colour: INDEXED }, [chunk('PLTE', colours)]);
}

function framedPng(pixels: Uint8Array, size: { width: number; height: number; channels: number; colour: number }, between: readonly Buffer[]): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size.width, 0);
  header.writeUInt32BE(size.height, 4);
  header.set([8, size.colour, 0, 0, 0], 8);
  const stride = size.width * size.channels;
  const raw = Buffer.alloc((stride + 1) * size.height);
  for (let row = 0; row < size.height; row += 1) raw.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), ...between, chunk('IDAT', deflateSync(raw)), chunk('IEND', new Uint8Array())]);
}

export interface MaskFacts {
  readonly width: number;
  readonly height: number;
  /** Pixel values that occur, ascending. */
  readonly values: readonly number[];
  /** Of the row-major pixels: what the mask means, whatever encoder wrote it. */
  readonly sha256: string;
}

export interface MaskPixels {
  readonly width: number;
  readonly height: number;
  /** Row-major, a byte a pixel. */
  readonly pixels: Uint8Array;
}

/** The neighbour that is nearest to left + up - corner (W3C PNG third edition, 9.4). */
export function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, corner) : 0;
}

/** The sample at an index; 0 before the first row. */
function sample(raw: Buffer, at: number): number {
  return raw[at] ?? 0;
}

function unfilterRow(raw: Buffer, start: number, width: number, above: number): boolean {
  const filter = raw[start] ?? 0;
  if (filter > 4) return false;
  for (let x = 1; x <= width && filter !== 0; x += 1) {
    const [left, corner] = x > 1 ? [sample(raw, start + x - 1), sample(raw, above < 0 ? above : above + x - 1)] : [0, 0];
    raw[start + x] = (sample(raw, start + x) + predicted(filter, left, sample(raw, above < 0 ? above : above + x), corner)) & 255;
  }
  return true;
}

/** Undoes the filters in place and moves the rows together; undefined for a filter that does not exist. */
function unfiltered(raw: Buffer, width: number, height: number): Uint8Array | undefined {
  for (let row = 0; row < height; row += 1) {
    const start = row * (width + 1);
    if (!unfilterRow(raw, start, width, row === 0 ? -1 : start - width - 1)) return undefined;
  }
  for (let row = 0; row < height; row += 1) raw.copyWithin(row * width, row * (width + 1) + 1, (row + 1) * (width + 1));
  return raw.subarray(0, width * height);
}

/** The IDAT chunks. */
export function pixelData(view: DataView): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 33; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49444154) parts.push(new Uint8Array(view.buffer, view.byteOffset + at + 8, Math.min(length, view.byteLength - at - 8)));
  }
  return parts;
}

/** Reads the label map of an 8-bit indexed or grey PNG without interlace; a sentence where it is something else. */
export function readMaskPixels(bytes: Uint8Array): MaskPixels | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 57 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) return 'The mask is not a PNG.';
  if (!isPlainIndexed(view)) return 'The mask is not an indexed PNG of 8 bits without interlace.';
  return decodeMask(view);
}

/** Eight bits a pixel, indexed or grey, no interlace. */
export function isPlainIndexed(view: DataView): boolean {
  const colour = view.getUint8(25);
  return view.getUint8(24) === 8 && (colour === GREY || colour === INDEXED) && view.getUint8(28) === 0;
}

function decodeMask(view: DataView): MaskPixels | string {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) return 'The mask has an impossible size.';
  const expected = (width + 1) * height;
  try {
    const raw = inflateSync(Buffer.concat(pixelData(view)), { maxOutputLength: expected });
    const pixels = raw.length === expected ? unfiltered(raw, width, height) : undefined;
    return pixels === undefined ? 'The pixels of the mask are incomplete.' : { width, height, pixels };
  } catch {
    return 'The pixels of the mask cannot be decompressed.';
  }
}
