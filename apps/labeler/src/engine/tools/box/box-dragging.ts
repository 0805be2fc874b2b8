import { boxOfCorners, clampPoint, type Point } from '../../model/geometry.js';
import { ToolState, type Cursor, type Draft, type ToolHost, type ToolInput } from '../tool.js';

/** Smaller boxes are slips of the hand. Screen pixels. */
export const LEAST_BOX = 3;

/** From a corner to the other one: the button stays down, or (`clicks`) it was released at once and the second click ends it. */
export class BoxDragging extends ToolState {
  override readonly cursor: Cursor = 'crosshair';
  override readonly draft: Draft;

  constructor(
    host: ToolHost,
    private readonly from: Point,
    private readonly idle: () => ToolState,
    private readonly now: { readonly to: Point; readonly clicks: boolean } = { to: from, clicks: false },
  ) {
    super(host);
    this.draft = { kind: 'box', box: boxOfCorners(clampPoint(from, host.image), clampPoint(now.to, host.image)) };
  }

  get name(): string {
    return this.now.clicks ? 'box.second-corner' : 'box.dragging';
  }

  override move({ point }: ToolInput): ToolState {
    return this.with(point, this.now.clicks);
  }
  override up({ point }: ToolInput): ToolState {
    if (this.now.clicks) return this;
    return this.isSmall(point) ? this.with(point, true) : this.done(point);
  }
  override down({ point }: ToolInput): ToolState {
    return this.now.clicks && !this.isSmall(point) ? this.done(point) : this;
  }
  override finish(): ToolState {
    return this.isSmall(this.now.to) ? this : this.done(this.now.to);
  }
  override cancel(): ToolState {
    return this.idle();
  }
  override stepBack(): ToolState {
    return this.idle();
  }

  private with(to: Point, clicks: boolean): ToolState {
    return new BoxDragging(this.host, this.from, this.idle, { to, clicks });
  }
  private boxTo(to: Point): ReturnType<typeof boxOfCorners> {
    return boxOfCorners(clampPoint(this.from, this.host.image), clampPoint(to, this.host.image));
  }
  private isSmall(to: Point): boolean {
    const { width, height } = this.boxTo(to);
    const least = this.host.reach(LEAST_BOX);
    return width < least || height < least;
  }
  private done(to: Point): ToolState {
    this.host.create({ kind: 'box', box: this.boxTo(to) });
    return this.idle();
  }
}
