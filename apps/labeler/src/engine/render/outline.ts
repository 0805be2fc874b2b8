import { maskToPolygonRings } from '../masks/instance-mask.js';
import type { Ring } from '../model/geometry.js';
import type { Geometry } from '../model/label-object.js';

export type Outlined = Extract<Geometry, { readonly kind: 'polygon' | 'mask' }>;

/** A mask is traced in the whole image: beyond this many pixels, hundreds of them would hold the page up, and each is shown by its box. */
const MOST_PIXELS = 4_000_000;

/** The outline of a polygon, or of the pixels of an instance mask; null where only a box can be drawn. */
export function ringsOf(geometry: Outlined): readonly Ring[] | null {
  if (geometry.kind === 'polygon') return geometry.rings;
  const { counts } = geometry;
  if (typeof counts !== 'object' || counts === null || !('counts' in counts) || !('size' in counts)) return null;
  if (typeof counts.counts !== 'string' || !Array.isArray(counts.size)) return null;
  const [height, width]: unknown[] = counts.size;
  if (typeof height !== 'number' || typeof width !== 'number' || height * width > MOST_PIXELS) return null;
  try {
    return maskToPolygonRings(counts.counts, { width, height });
  } catch {
    // Run lengths that say something else than their size: the box is still true.
    return null;
  }
}
