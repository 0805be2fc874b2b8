import { boxAround, pointsOf, ringArea, type Box, type Keypoint, type Ring } from './geometry.js';
import type { JsonObject } from './json.js';

export type { JsonObject };

/** What of the image an object covers; `none` in classification, where it is the whole of it. */
export type Geometry =
  | { readonly kind: 'box'; readonly box: Box }
  | { readonly kind: 'polygon'; readonly rings: readonly Ring[] }
  | { readonly kind: 'keypoints'; readonly box: Box; readonly points: readonly Keypoint[] }
  /** An instance mask in COCO run lengths, column by column. */
  | { readonly kind: 'mask'; readonly box: Box; readonly counts: unknown }
  | { readonly kind: 'none' };

export type GeometryKind = Geometry['kind'];

export interface LabelObject {
  /** UUID; made by whoever draws. */
  readonly id: string;
  readonly classId: number;
  readonly geometry: Geometry;
  readonly attributes: JsonObject;
  readonly source: 'manual' | 'import' | 'model';
  /** 0 to 1, of the model that proposed it. */
  readonly score: number | null;
  /** The fields of the API that the labeler does not change, as they came. */
  readonly rest: JsonObject;
}

const NOWHERE: Box = { x: 0, y: 0, width: 0, height: 0 };

/** The box around an object, in image pixels; null for one that is nowhere in particular. */
export function boundsOf(geometry: Geometry): Box | null {
  switch (geometry.kind) {
    case 'none':
      return null;
    case 'polygon':
      return boundsOfPolygon(geometry);
    case 'keypoints':
    case 'box':
    case 'mask':
      return geometry.box;
  }
}

type Polygon = Extract<Geometry, { kind: 'polygon' }>;
/** Shapes never change: the box around one is looked for once, though it is asked for in each frame. */
const polygonBounds = new WeakMap<Polygon, Box>();

function boundsOfPolygon(polygon: Polygon): Box {
  const known = polygonBounds.get(polygon);
  if (known !== undefined) return known;
  const box = boxAround(allPoints(polygon.rings)) ?? NOWHERE;
  polygonBounds.set(polygon, box);
  return box;
}

/** Pixels that it covers, as far as its outline tells. */
export function areaOf(geometry: Geometry): number {
  if (geometry.kind === 'polygon') return geometry.rings.reduce((sum, ring) => sum + ringArea(ring), 0);
  const box = boundsOf(geometry);
  return box === null ? 0 : box.width * box.height;
}

function* allPoints(rings: readonly Ring[]): Generator<{ x: number; y: number }> {
  for (const ring of rings) yield* pointsOf(ring);
}
