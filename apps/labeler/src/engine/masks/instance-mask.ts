import type { Ring, Size } from '../model/geometry.js';
import { maskRings } from './kernels/contours.js';
import { inside, LabelMap } from './kernels/label-map.js';
import { fillRings } from './kernels/polygon-fill.js';
import { decodeLayers, emptyCounts, encodeLayers } from './kernels/run-lengths.js';

const ONE = 0;
const VALUE = 1;

/** The outlines of an object's run lengths (COCO's text), holes among them: a path to be filled by the even-odd rule. @throws MaskFormatError */
export function maskToPolygonRings(counts: string, size: Size): readonly Ring[] {
  return maskRings(decodeLayers([{ class_id: ONE, counts }], size), VALUE);
}

/** The run lengths of the pixels whose centres lie in the rings, by the even-odd rule. */
export function polygonToMask(rings: readonly Ring[], size: Size): string {
  const map = new LabelMap(size);
  fillRings(rings, inside(size, (x, top, bottom) => map.pixels.fill(VALUE, x * size.height + top, x * size.height + bottom)));
  const [layer] = encodeLayers(map);
  return layer?.counts ?? emptyCounts(size.width * size.height);
}
