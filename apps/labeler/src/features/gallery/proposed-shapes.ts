import type { ImageSuggestion } from '../../api/types.js';
import { MaskFormatError, maskToPolygonRings } from '../../engine/masks/index.js';
import { drawnObject, type DrawnObject } from './shapes.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of what models propose for an image of this size, all that has a place in it and is not labeled already: boxes, outlines, and the borders of masks. */
export function proposedShapes(suggestions: readonly ImageSuggestion[], size: Size): readonly DrawnObject[] {
  return suggestions
    .filter((one) => !one.duplicate)
    .map(({ object }) => (typeof object['counts'] === 'string' ? bordered(drawnObject(object), object['counts'], size) : drawnObject(object)))
    .filter((one) => one.shapes.length > 0);
}

/** Without a shape where the runs are none of the image, as when it was replaced since. */
function bordered(drawn: DrawnObject, counts: string, size: Size): DrawnObject {
  try {
    return { ...drawn, shapes: [{ kind: 'rings', rings: maskToPolygonRings(counts, size) }] };
  } catch (error) {
    if (error instanceof MaskFormatError) return drawn;
    throw error;
  }
}
