import { isRing } from '../../kernels/edit-polygon.js';
import { ringOf, type Point } from '../../model/geometry.js';
import type { ToolHost, ToolState } from '../tool.js';

/** Where a finished ring goes: a new object, or (`part`) one more ring of that one. */
export interface PolygonTarget {
  readonly part: string | null;
  readonly idle: () => ToolState;
}

/** Makes the ring where it is one; true when it did. */
export function closeRing(host: ToolHost, points: readonly Point[], { part }: PolygonTarget): boolean {
  if (!isRing(points)) return false;
  const before = host.selected.find((one) => one.id === part);
  if (before?.geometry.kind === 'polygon') {
    const after = { ...before, geometry: { ...before.geometry, rings: [...before.geometry.rings, ringOf(points)] } };
    host.commit('reshape', [{ id: before.id, before, after }]);
  } else host.create({ kind: 'polygon', rings: [ringOf(points)] });
  return true;
}
