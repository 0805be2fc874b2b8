/**
 * Masks as spans: starts and ends in turn, ascending and apart, of column-major pixels, as `maskSpans` of the DICE format reads them from COCO run lengths.
 * Memory goes by the border of a mask, not by its area.
 */
export type Spans = readonly number[];

export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

export function spansArea(spans: Spans): number {
  let area = 0;
  for (let at = 0; at < spans.length; at += 2) area += (spans[at + 1] ?? 0) - (spans[at] ?? 0);
  return area;
}

/** Pixels that both have. */
export function sharedArea(left: Spans, right: Spans): number {
  let shared = 0;
  for (let a = 0, b = 0; a < left.length && b < right.length; ) {
    const end = Math.min(left[a + 1] ?? 0, right[b + 1] ?? 0);
    shared += Math.max(0, end - Math.max(left[a] ?? 0, right[b] ?? 0));
    if (left[a + 1] === end) a += 2;
    else b += 2;
  }
  return shared;
}

/** Intersection over union; over the area of `predicted` alone where the truth is a crowd, as COCO's `maskApi` does. 0 for two empty masks. */
export function spansIou(predicted: Spans, truth: Spans, isCrowd = false): number {
  const shared = sharedArea(predicted, truth);
  const whole = isCrowd ? spansArea(predicted) : spansArea(predicted) + spansArea(truth) - shared;
  return whole === 0 ? 0 : shared / whole;
}

/** What any of the masks has. */
export function united(masks: readonly Spans[]): number[] {
  const pairs = masks.flatMap((spans) => Array.from({ length: spans.length / 2 }, (_, at) => [spans[2 * at] ?? 0, spans[2 * at + 1] ?? 0] as const));
  pairs.sort(([a], [b]) => a - b);
  const all: number[] = [];
  for (const [start, end] of pairs) {
    const last = all.at(-1);
    if (last !== undefined && start <= last) all[all.length - 1] = Math.max(last, end);
    else all.push(start, end);
  }
  return all;
}

/**
 * Pixels of a plane whose middles lie inside of the rings (x, y, x, y ...), crossings counted over all of them: a ring within a ring is a hole. What lies
 * outside of the plane is cut off.
 */
export function ringsSpans(rings: readonly (readonly number[])[], { width, height }: PlaneSize): number[] {
  const crossings = new Map<number, number[]>();
  for (const ring of rings) for (let at = 0; at < ring.length; at += 2) cross(crossings, { ring, at, width });
  const spans: number[] = [];
  for (const column of [...crossings.keys()].sort((a, b) => a - b)) {
    const rows = (crossings.get(column) ?? []).sort((a, b) => a - b);
    for (let at = 0; at + 1 < rows.length; at += 2) {
      const [start, end] = [rowAt(rows[at] ?? 0, height), rowAt(rows[at + 1] ?? 0, height)];
      if (end > start) append(spans, column * height + start, column * height + end);
    }
  }
  return spans;
}

/** Rings that are parts of one object, each filled for itself, as COCO's polygons are. */
export const polygonSpans = (rings: readonly (readonly number[])[], size: PlaneSize): number[] => united(rings.map((ring) => ringsSpans([ring], size)));

/** First row whose middle lies at or below y. */
const rowAt = (y: number, height: number): number => Math.min(height, Math.max(0, Math.ceil(y - 0.5)));

function append(spans: number[], start: number, end: number): void {
  if (spans.at(-1) === start) spans[spans.length - 1] = end;
  else spans.push(start, end);
}

/** Notes where one edge crosses the middles of the columns. */
function cross(crossings: Map<number, number[]>, { ring, at, width }: { readonly ring: readonly number[]; readonly at: number; readonly width: number }): void {
  const [fromX = 0, fromY = 0] = [ring[at], ring[at + 1]];
  const [toX = 0, toY = 0] = [ring[(at + 2) % ring.length], ring[(at + 3) % ring.length]];
  const first = Math.max(0, Math.ceil(Math.min(fromX, toX) - 0.5));
  const behind = Math.min(width, Math.ceil(Math.max(fromX, toX) - 0.5));
  for (let column = first; column < behind; column += 1) {
    const y = fromY + ((toY - fromY) * (column + 0.5 - fromX)) / (toX - fromX);
    const rows = crossings.get(column);
    if (rows === undefined) crossings.set(column, [y]);
    else rows.push(y);
  }
}
