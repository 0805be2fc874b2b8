import { clampPoint, distance, type Point } from '../../model/geometry.js';
import { CLICK_REACH } from '../../view/pointer-input.js';
import { ToolState, type Cursor, type Draft, type ToolHost, type ToolInput } from '../tool.js';
import { PolygonFreehand } from './polygon-freehand.js';
import { closeRing, type PolygonTarget } from './polygon-target.js';

/** Screen pixels around the first point in which a click closes. */
const CLOSE_REACH = 10;
const LEAST_POINTS = 3;

/** Each click is a vertex; the first one again, Enter or a double click closes. */
export class PolygonDrawing extends ToolState {
  readonly name = 'polygon.drawing';
  override readonly cursor: Cursor;
  override readonly draft: Draft;

  constructor(
    host: ToolHost,
    private readonly points: readonly Point[],
    private readonly target: PolygonTarget,
    pointer: Point | null = null,
  ) {
    super(host);
    const closing = pointer !== null && this.closesAt(pointer);
    this.draft = { kind: 'polygon', points, pointer, closing };
    this.cursor = closing ? 'pointer' : 'crosshair';
  }

  override down({ point, shift }: ToolInput): ToolState {
    if (this.closesAt(point)) return this.finish();
    const next = clampPoint(point, this.host.image);
    // The second click of a double click stands where the first one did.
    const last = this.points.at(-1);
    const points = last !== undefined && distance(last, next) <= this.host.reach(CLICK_REACH) ? this.points : [...this.points, next];
    return shift ? new PolygonFreehand(this.host, points, this.target) : new PolygonDrawing(this.host, points, this.target, point);
  }
  override move({ point }: ToolInput): ToolState {
    return new PolygonDrawing(this.host, this.points, this.target, point);
  }
  override doubleClick(): ToolState {
    // The first of the two clicks may have closed the ring before; then the second one began this.
    return this.points.length === 1 ? this.cancel() : this.finish();
  }
  override finish(): ToolState {
    return closeRing(this.host, this.points, this.target) ? this.target.idle() : this;
  }
  override cancel(): ToolState {
    return this.target.idle();
  }
  override interrupt(): ToolState {
    return this.stepBack();
  }
  override stepBack(): ToolState {
    return this.points.length > 1 ? new PolygonDrawing(this.host, this.points.slice(0, -1), this.target) : this.target.idle();
  }

  private closesAt(point: Point): boolean {
    const first = this.points[0];
    return first !== undefined && this.points.length >= LEAST_POINTS && distance(first, point) <= this.host.reach(CLOSE_REACH);
  }
}
