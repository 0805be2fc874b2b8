import { HANDLES, handlePoint, type Handle } from '../../kernels/edit-box.js';
import { edgeAt, vertexAt, type EdgePlace, type VertexPlace } from '../../kernels/edit-polygon.js';
import { distance, type Point } from '../../model/geometry.js';
import type { LabelObject } from '../../model/label-object.js';
import type { Cursor } from '../tool.js';

/** Screen pixels around a handle, a vertex or a keypoint that are it, at any zoom. */
export const HANDLE_REACH = 7;

/** What of the one selected object lies under the pointer. */
export type Grip =
  | { readonly kind: 'handle'; readonly handle: Handle }
  | { readonly kind: 'vertex'; readonly place: VertexPlace }
  | { readonly kind: 'edge'; readonly place: EdgePlace }
  | { readonly kind: 'keypoint'; readonly index: number };

export function gripAt({ geometry }: LabelObject, point: Point, reach: number): Grip | null {
  switch (geometry.kind) {
    case 'polygon': {
      const vertex = vertexAt(geometry.rings, point, reach);
      if (vertex !== null) return { kind: 'vertex', place: vertex };
      const edge = edgeAt(geometry.rings, point, reach);
      return edge === null ? null : { kind: 'edge', place: edge };
    }
    case 'keypoints': {
      const index = geometry.points.findIndex((one) => one.v > 0 && distance(one, point) <= reach);
      return index >= 0 ? { kind: 'keypoint', index } : handleOf(geometry.box, point, reach);
    }
    case 'box':
      return handleOf(geometry.box, point, reach);
    case 'mask':
    case 'none':
      return null;
  }
}

function handleOf(box: Parameters<typeof handlePoint>[0], point: Point, reach: number): Grip | null {
  const handle = HANDLES.find((one) => distance(handlePoint(box, one), point) <= reach);
  return handle === undefined ? null : { kind: 'handle', handle };
}

export function cursorOf(grip: Grip): Cursor {
  if (grip.kind === 'edge') return 'crosshair';
  if (grip.kind !== 'handle') return 'pointer';
  const { x, y } = grip.handle;
  if (x === 0) return 'ns-resize';
  if (y === 0) return 'ew-resize';
  return x === y ? 'nwse-resize' : 'nesw-resize';
}
