import { isInteger } from './json-access.js';
import { rleCounts } from './object-shape.js';

/**
 * Run lengths as a COCO string (`rleToString` of pycocotools' maskApi.c): five bits a character from code 48, the sixth says that more follow; from the
 * fourth run on, differences to the run two before. `rleCounts` reads it.
 */
export function rleText(counts: readonly number[]): string {
  let text = '';
  for (let at = 0; at < counts.length; at += 1) {
    let rest = (counts[at] ?? 0) - (at > 2 ? (counts[at - 2] ?? 0) : 0);
    for (let more = true; more; ) {
      const bits = rest & 31;
      rest >>= 5;
      more = (bits & 16) === 0 ? rest !== 0 : rest !== -1;
      text += String.fromCharCode(48 + bits + (more ? 32 : 0));
    }
  }
  return text;
}

/**
 * Where the mask of a COCO string is set: starts and ends in turn, ascending, in column-major pixels. Undefined when the runs are no runs or do not add
 * up to `pixels`. Takes memory by the length of the text, never by what the runs claim.
 */
export function maskSpans(text: string, pixels: number): number[] | undefined {
  const counts = rleCounts(text);
  if (counts === undefined) return undefined;
  const spans: number[] = [];
  let at = 0;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index];
    if (!isInteger(count, 0) || at + count > pixels) return undefined;
    if (index % 2 === 1 && count > 0) addSpan(spans, at, at + count);
    at += count;
  }
  return at === pixels ? spans : undefined;
}

/** Joined to the span before where they touch: equal pixels have equal spans. */
function addSpan(spans: number[], start: number, end: number): void {
  if (spans.at(-1) === start) spans[spans.length - 1] = end;
  else spans.push(start, end);
}

/** The COCO string of a mask that is set in these spans. */
export function spansText(spans: readonly number[], pixels: number): string {
  const counts: number[] = [];
  let at = 0;
  for (const border of spans) {
    counts.push(border - at);
    at = border;
  }
  if (at < pixels) counts.push(pixels - at);
  return rleText(counts);
}
