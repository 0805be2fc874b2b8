import { handlePoint } from '../../kernels/edit-box.js';
import { moveVertex } from '../../kernels/edit-polygon.js';
import { resizedObject, withKeypoint } from '../../kernels/transform.js';
import { clampPoint, pointsOf, type Point, type Size } from '../../model/geometry.js';
import { boundsOf, type LabelObject } from '../../model/label-object.js';
import { ToolState, type Cursor, type ToolHost, type ToolInput } from '../tool.js';
import { cursorOf, type Grip } from './handles.js';

interface Grab {
  readonly before: LabelObject;
  readonly grip: Grip;
  /** Where the pointer took hold: a little beside the handle, and it stays so. */
  readonly from: Point;
  readonly back: () => ToolState;
}

/** A handle, a vertex or a keypoint goes with the pointer. */
export class Reshaping extends ToolState {
  readonly name = 'select.reshaping';
  override readonly cursor: Cursor;
  private readonly aside: Point;
  private now: LabelObject;

  constructor(
    host: ToolHost,
    private readonly grab: Grab,
    start: LabelObject = grab.before,
  ) {
    super(host);
    this.cursor = cursorOf(grab.grip);
    this.now = start;
    const held = placeOf(start, grab.grip) ?? grab.from;
    this.aside = { x: held.x - grab.from.x, y: held.y - grab.from.y };
    if (start !== grab.before) host.preview([start]);
  }

  override move({ point }: ToolInput): ToolState {
    this.now = reshaped(this.now, this.grab, { x: point.x + this.aside.x, y: point.y + this.aside.y }, this.host.image);
    this.host.preview([this.now]);
    return this;
  }
  override up(): ToolState {
    this.host.preview([]);
    const { grip, back } = this.grab;
    // A merge may have changed its class, or taken it away, on the way.
    const before = this.host.selected.find((one) => one.id === this.now.id);
    if (before !== undefined && isWhole(this.now)) this.host.commit(grip.kind === 'handle' ? 'resize' : 'reshape', [{ id: before.id, before, after: { ...before, geometry: this.now.geometry } }]);
    return back();
  }
  override cancel(): ToolState {
    this.host.preview([]);
    return this.grab.back();
  }
}

function placeOf(object: LabelObject, grip: Grip): Point | null {
  const { geometry } = object;
  const box = boundsOf(geometry);
  if (grip.kind === 'handle') return box === null ? null : handlePoint(box, grip.handle);
  if (grip.kind === 'keypoint') return geometry.kind === 'keypoints' ? (geometry.points[grip.index] ?? null) : null;
  const ring = geometry.kind === 'polygon' ? geometry.rings[grip.place.ring] : undefined;
  return ring === undefined ? null : ([...pointsOf(ring)][grip.place.vertex] ?? null);
}

function reshaped(now: LabelObject, { before, grip }: Grab, to: Point, image: Size): LabelObject {
  // A box is always made from what it was: it may have been drawn through itself on the way.
  if (grip.kind === 'handle') return resizedObject(before, grip.handle, to, image);
  const at = clampPoint(to, image);
  if (grip.kind === 'keypoint') {
    const point = before.geometry.kind === 'keypoints' ? before.geometry.points[grip.index] : undefined;
    return point === undefined ? now : withKeypoint(before, grip.index, { ...point, ...at });
  }
  return now.geometry.kind === 'polygon' ? { ...now, geometry: { ...now.geometry, rings: moveVertex(now.geometry.rings, grip.place, at) } } : now;
}

/** A box that was pressed flat is not kept: the format has none. */
function isWhole({ geometry }: LabelObject): boolean {
  const box = boundsOf(geometry);
  return box === null || (box.width > 0 && box.height > 0);
}
