import { simplified } from '../../kernels/edit-polygon.js';
import { clampPoint, type Point } from '../../model/geometry.js';
import { ToolState, type Cursor, type Draft, type ToolHost, type ToolInput } from '../tool.js';
import { closeRing, type PolygonTarget } from './polygon-target.js';

/** Screen pixels by which fewer vertices may stray from the drawn line. */
const TOLERANCE = 1.5;

/** Shift held: the line follows the pointer, and closes where it is lifted. */
export class PolygonFreehand extends ToolState {
  readonly name = 'polygon.freehand';
  override readonly cursor: Cursor = 'crosshair';
  override readonly draft: Draft;

  constructor(
    host: ToolHost,
    private readonly points: readonly Point[],
    private readonly target: PolygonTarget,
  ) {
    super(host);
    this.draft = { kind: 'polygon', points, pointer: null, closing: false };
  }

  override move({ path }: ToolInput): ToolState {
    return new PolygonFreehand(this.host, [...this.points, ...path.map((point) => clampPoint(point, this.host.image))], this.target);
  }
  override up(): ToolState {
    closeRing(this.host, simplified(this.points, this.host.reach(TOLERANCE)), this.target);
    return this.target.idle();
  }
  override cancel(): ToolState {
    return this.target.idle();
  }
}
