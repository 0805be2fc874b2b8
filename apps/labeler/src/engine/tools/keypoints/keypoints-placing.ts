import { boxAround, boxOfCorners, clampPoint, type Box, type Keypoint, type Size } from '../../model/geometry.js';
import { ToolState, type Cursor, type Draft, type ToolHost, type ToolInput } from '../tool.js';

interface Placed {
  readonly names: readonly string[];
  readonly points: readonly Keypoint[];
  readonly idle: () => ToolState;
}

/** Of the points' own extent that the box is larger by, on each side: joints lie inside of a body. */
const BOX_MARGIN = 0.08;
const ABSENT: Keypoint = { x: 0, y: 0, v: 0 };

/** One click a point, in the order of the skeleton; with Shift it is hidden, and `skip` says that it is absent. The last one ends it. */
export class KeypointsPlacing extends ToolState {
  readonly name = 'keypoints.placing';
  override readonly cursor: Cursor = 'crosshair';
  override readonly draft: Draft;

  constructor(
    host: ToolHost,
    private readonly placed: Placed,
  ) {
    super(host);
    this.draft = { kind: 'keypoints', points: placed.points, next: placed.names[placed.points.length] ?? null };
  }

  override down({ point, shift }: ToolInput): ToolState {
    return this.with([...this.placed.points, { ...clampPoint(point, this.host.image), v: shift ? 1 : 2 }]);
  }
  /** The point whose turn it is cannot be seen and is not in the image. */
  skip(): ToolState {
    return this.with([...this.placed.points, ABSENT]);
  }
  override finish(): ToolState {
    const { names, points, idle } = this.placed;
    const box = boxOf(points, this.host.image);
    if (box === null) return this;
    this.host.create({ kind: 'keypoints', box, points: [...points, ...names.slice(points.length).map(() => ABSENT)] });
    return idle();
  }
  override cancel(): ToolState {
    return this.placed.idle();
  }
  override interrupt(): ToolState {
    return this.stepBack();
  }
  override stepBack(): ToolState {
    return this.placed.points.length > 1 ? this.with(this.placed.points.slice(0, -1)) : this.placed.idle();
  }

  private with(points: readonly Keypoint[]): ToolState {
    const next = new KeypointsPlacing(this.host, { ...this.placed, points });
    return points.length < this.placed.names.length ? next : next.finish();
  }
}

/** A little larger than the points, and never without width or height. Null around none. */
function boxOf(points: readonly Keypoint[], image: Size): Box | null {
  const box = boxAround(points.filter((one) => one.v > 0));
  if (box === null) return null;
  const margin = { x: Math.max(1, box.width * BOX_MARGIN), y: Math.max(1, box.height * BOX_MARGIN) };
  return boxOfCorners(clampPoint({ x: box.x - margin.x, y: box.y - margin.y }, image), clampPoint({ x: box.x + box.width + margin.x, y: box.y + box.height + margin.y }, image));
}
