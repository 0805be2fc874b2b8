import { createHash } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { maskSpans, spansText } from './run-lengths.js';

/** Of the upright image, pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** The pixels of one class in a semantic mask: COCO run lengths, column-major, of the image's own size. */
export interface MaskLayer {
  /** -1 means: do not look here. */
  readonly class_id: number;
  readonly counts: string;
}

export const IGNORE_CLASS = -1;
/** Pixel values of an indexed mask: 0 is background, `class_id + 1` a class, 255 is ignored. */
const IGNORE_VALUE = 255;
/** The largest class that a pixel of 8 bits can say. */
export const LARGEST_MASK_CLASS = 253;
/** Side of a square that stays in the processor's cache while it is turned. */
const TILE = 64;

export const maskValueOf = (classId: number): number => (classId === IGNORE_CLASS ? IGNORE_VALUE : classId + 1);
export const maskClassOf = (value: number): number => (value === IGNORE_VALUE ? IGNORE_CLASS : value - 1);

/** Row-major becomes column-major: `rows` rows of `columns` samples. Its own inverse with both exchanged. */
function turned(pixels: Uint8Array, rows: number, columns: number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let top = 0; top < rows; top += TILE) {
    for (let left = 0; left < columns; left += TILE) turnTile(pixels, out, { rows, columns, top, left });
  }
  return out;
}

function turnTile(from: Uint8Array, to: Uint8Array, { rows, columns, top, left }: { rows: number; columns: number; top: number; left: number }): void {
  const [bottom, right] = [Math.min(rows, top + TILE), Math.min(columns, left + TILE)];
  for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) to[x * rows + y] = from[y * columns + x] ?? 0;
}

/** Layers of a row-major label map, by class (-1 last); a class without a pixel has none. */
export function layersOfLabelMap(labelMap: Uint8Array, size: PixelSize): MaskLayer[] {
  const byColumn = turned(labelMap, size.height, size.width);
  const spans = new Map<number, number[]>();
  for (let start = 0; start < byColumn.length; ) {
    const value = byColumn[start] ?? 0;
    let end = start + 1;
    while (end < byColumn.length && byColumn[end] === value) end += 1;
    if (value !== 0) spansOf(spans, value).push(start, end);
    start = end;
  }
  const layers = [...spans].sort(([a], [b]) => a - b);
  return layers.map(([value, own]) => ({ class_id: maskClassOf(value), counts: spansText(own, byColumn.length) }));
}

function spansOf(all: Map<number, number[]>, value: number): number[] {
  const known = all.get(value);
  if (known !== undefined) return known;
  const made: number[] = [];
  all.set(value, made);
  return made;
}

/** The row-major label map of layers: pixel values as in an indexed mask. @throws DomainError `validation-failed` when a layer is not of this size. */
export function labelMapOf(layers: readonly MaskLayer[], size: PixelSize): Uint8Array {
  const total = size.width * size.height;
  const spans = layers.map((layer) => maskSpans(layer.counts, total));
  if (spans.includes(undefined)) throw new DomainError('validation-failed', 'The runs of a mask do not add up to its size.');
  const byColumn = new Uint8Array(total);
  layers.forEach((layer, index) => paint(byColumn, spans[index] ?? [], maskValueOf(layer.class_id)));
  return turned(byColumn, size.width, size.height);
}

function paint(pixels: Uint8Array, spans: readonly number[], value: number): void {
  for (let at = 0; at < spans.length; at += 2) pixels.fill(value, spans[at], spans[at + 1]);
}

/** Whether two of the masks share a pixel; each is given by its spans. */
export function spansOverlap(masks: readonly (readonly number[])[]): boolean {
  const all = masks.flatMap((spans) => spans.flatMap((start, at) => (at % 2 === 0 ? [[start, spans[at + 1] ?? start] as const] : [])));
  all.sort(([a], [b]) => a - b);
  return all.some(([start], index) => index > 0 && start < (all[index - 1]?.[1] ?? 0));
}

/** SHA-256 (hex) of a row-major label map: what a mask means, whatever encoder wrote its PNG. */
export function labelMapSha256(labelMap: Uint8Array): string {
  return createHash('sha256').update(labelMap).digest('hex');
}
