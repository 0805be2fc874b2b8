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

/** The tight box x, y, width, height of polygon rings, or of a COCO run-length mask (column-major); undefined when there is nothing in it. */
export function tightBox(segmentation: readonly (readonly number[])[] | { readonly size: readonly number[]; readonly counts: readonly number[] }): number[] | undefined {
  const box = 'counts' in segmentation ? cornersOfRuns(segmentation.counts, segmentation.size[0] ?? 0) : cornersOfRings(segmentation);
  const [left = 0, top = 0, right = 0, bottom = 0] = box;
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : undefined;
}

type Corners = [left: number, top: number, right: number, bottom: number];
const NOWHERE: Readonly<Corners> = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

function cornersOfRings(rings: readonly (readonly number[])[]): Corners {
  const box: Corners = [...NOWHERE];
  for (const ring of rings) for (let at = 0; at < ring.length; at += 2) widen(box, ring[at] ?? 0, ring[at + 1] ?? 0);
  return box;
}

function cornersOfRuns(counts: readonly number[], height: number): Corners {
  const box: Corners = [...NOWHERE];
  let start = 0;
  counts.forEach((count, index) => {
    const last = start + count - 1;
    if (index % 2 === 1 && count > 0) {
      const columns = [Math.floor(start / height), Math.floor(last / height)];
      // A run that goes on in the next column fills this one to its end.
      const rows = columns[0] === columns[1] ? [start % height, last % height] : [0, height - 1];
      for (const x of columns) for (const y of rows) {
        widen(box, x, y);
        widen(box, x + 1, y + 1);
      }
    }
    start += count;
  });
  return box;
}

function widen(box: Corners, x: number, y: number): void {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}

/** SHA-256 (hex) of a row-major label map: what a mask means, whatever encoder wrote its PNG. */
export function labelMapSha256(labelMap: Uint8Array): string {
  return createHash('sha256').update(labelMap).digest('hex');
}
