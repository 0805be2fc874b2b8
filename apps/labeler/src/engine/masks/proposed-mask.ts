import type { Editor } from '../editor/editor.js';
import type { Box, Size } from '../model/geometry.js';
import type { JsonObject, LabelObject } from '../model/label-object.js';
import { readObject } from '../model/object-json.js';
import { MaskFormatError, runsOf } from './kernels/run-lengths.js';
import type { MaskSession } from './mask-session.js';
import { valueOfClass } from './mask-values.js';

/** Makes what is taken over pixels of the mask, one step of the history each; taken back, it is proposed again. */
export function paintSuggestions(editor: Editor, session: MaskSession): void {
  editor.suggestions.paint = (suggestion) => {
    const [counts, value] = [countsOf(suggestion), valueOfClass(suggestion.classId)];
    if (counts === null || value === null) return false;
    return session.fillUnlabeled(counts, value, (isThere) => editor.suggestions.setPainted(suggestion.id, isThere));
  };
}

/** What a model proposes for a class of a semantic mask, with its pixels as the shape; null where it is no mask of an image of this size. */
export function proposedMask(json: JsonObject, size: Size): LabelObject | null {
  const object = readObject(json);
  const { counts } = json;
  if (object === null || typeof counts !== 'string') return null;
  try {
    return { ...object, geometry: { kind: 'mask', box: boxOfRuns(counts, size), counts: { size: [size.height, size.width], counts } } };
  } catch (error) {
    if (error instanceof MaskFormatError) return null;
    throw error;
  }
}

function countsOf({ geometry }: LabelObject): string | null {
  if (geometry.kind !== 'mask' || typeof geometry.counts !== 'object' || geometry.counts === null || !('counts' in geometry.counts)) return null;
  return typeof geometry.counts.counts === 'string' ? geometry.counts.counts : null;
}

function boxOfRuns(counts: string, { width, height }: Size): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const [start, end] of runsOf(counts, width * height)) {
    const [first, last] = [Math.floor(start / height), Math.floor((end - 1) / height)];
    [left, right] = [Math.min(left, first), Math.max(right, last + 1)];
    // One that goes on in the next column touches both borders.
    [top, bottom] = first === last ? [Math.min(top, start % height), Math.max(bottom, ((end - 1) % height) + 1)] : [0, height];
  }
  return right === 0 ? { x: 0, y: 0, width: 0, height: 0 } : { x: left, y: top, width: right - left, height: bottom - top };
}
