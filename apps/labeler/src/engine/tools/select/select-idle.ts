import { insertVertex, removeVertex } from '../../kernels/edit-polygon.js';
import { withKeypoint } from '../../kernels/transform.js';
import type { Point } from '../../model/geometry.js';
import type { LabelObject } from '../../model/label-object.js';
import { ToolState, type Cursor, type ToolHost, type ToolInput } from '../tool.js';
import { cursorOf, gripAt, HANDLE_REACH, type Grip } from './handles.js';
import { Marquee } from './marquee.js';
import { Pressing } from './pressing.js';
import { Reshaping } from './reshaping.js';

/** Screen pixels beside an outline that still hit it. */
const OUTLINE_REACH = 4;

export class SelectIdle extends ToolState {
  readonly name = 'select.idle';
  override readonly cursor: Cursor;

  constructor(host: ToolHost, cursor: Cursor = 'default') {
    super(host);
    this.cursor = cursor;
  }

  override get isIdle(): boolean {
    return true;
  }

  override move({ point }: ToolInput): ToolState {
    const grip = this.gripUnder(point)?.grip;
    const [hit] = this.host.hits(point);
    this.host.hover(hit?.id ?? null);
    const cursor = grip === undefined ? (hit === undefined ? 'default' : 'move') : cursorOf(grip);
    return cursor === this.cursor ? this : new SelectIdle(this.host, cursor);
  }

  override down(input: ToolInput): ToolState {
    const held = this.gripUnder(input.point);
    if (held !== null) return this.grab(held.object, held.grip, input);
    const hits = this.host.hits(input.point);
    const target = this.targetOf(hits, input);
    return target === null ? new Marquee(this.host, input.point, input.shift, this.back) : new Pressing(this.host, { from: input.point, target, toggles: input.shift, back: this.back });
  }

  override cancel(): ToolState {
    this.host.select([]);
    return this;
  }

  private readonly back = (): ToolState => new SelectIdle(this.host);

  /** Alt goes one down with each click; else what is selected already stays what is meant, so that it can be dragged from under others. */
  private targetOf(hits: readonly LabelObject[], { alt }: ToolInput): LabelObject | null {
    const selected = new Set(this.host.selected.map((one) => one.id));
    const at = hits.findIndex((one) => selected.has(one.id));
    if (alt && at >= 0) return hits[(at + 1) % hits.length] ?? null;
    return hits[at] ?? hits[0] ?? null;
  }

  private gripUnder(point: Point): { readonly object: LabelObject; readonly grip: Grip } | null {
    const [object, more] = this.host.selected;
    if (object === undefined || more !== undefined || !this.host.isFree(object.id)) return null;
    const grip = gripAt(object, point, this.host.reach(HANDLE_REACH)) ?? null;
    // An edge is near everywhere along the outline: it must be hit more exactly than a corner.
    if (grip?.kind === 'edge' && gripAt(object, point, this.host.reach(OUTLINE_REACH)) === null) return null;
    return grip === null ? null : { object, grip };
  }

  private grab(object: LabelObject, grip: Grip, { shift, point }: ToolInput): ToolState {
    if (grip.kind === 'vertex' && shift) return this.withoutVertex(object, grip);
    if (grip.kind === 'keypoint' && shift) return this.seenDifferently(object, grip.index);
    if (grip.kind !== 'edge' || object.geometry.kind !== 'polygon') return new Reshaping(this.host, { before: object, grip, from: point, back: this.back });
    const now = { ...object, geometry: { ...object.geometry, rings: insertVertex(object.geometry.rings, grip.place, grip.place.point) } };
    const vertex = { kind: 'vertex' as const, place: { ring: grip.place.ring, vertex: grip.place.vertex + 1 } };
    return new Reshaping(this.host, { before: object, grip: vertex, from: point, back: this.back }, now);
  }

  private withoutVertex(before: LabelObject, grip: Grip & { readonly kind: 'vertex' }): ToolState {
    const { geometry } = before;
    const rings = geometry.kind === 'polygon' ? removeVertex(geometry.rings, grip.place) : null;
    const after = rings === null || geometry.kind !== 'polygon' ? null : { ...before, geometry: { ...geometry, rings } };
    this.host.commit(after === null ? 'delete' : 'reshape', [{ id: before.id, before, after }]);
    return this;
  }

  /** Visible, hidden, and back. */
  private seenDifferently(before: LabelObject, index: number): ToolState {
    const point = before.geometry.kind === 'keypoints' ? before.geometry.points[index] : undefined;
    if (point !== undefined) this.host.commit('reshape', [{ id: before.id, before, after: withKeypoint(before, index, { ...point, v: point.v === 2 ? 1 : 2 }) }]);
    return this;
  }
}
