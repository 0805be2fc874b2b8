import { moved } from '../../kernels/transform.js';
import type { Point } from '../../model/geometry.js';
import type { LabelObject } from '../../model/label-object.js';
import { ToolState, type Cursor, type ToolHost, type ToolInput } from '../tool.js';

/** Everything selected that is not locked goes with the pointer, each as far as the image goes. */
export class Moving extends ToolState {
  readonly name = 'select.moving';
  override readonly cursor: Cursor = 'grabbing';
  private by: Point = { x: 0, y: 0 };

  constructor(
    host: ToolHost,
    private readonly from: Point,
    private readonly back: () => ToolState,
  ) {
    super(host);
  }

  override move({ point }: ToolInput): ToolState {
    this.by = { x: point.x - this.from.x, y: point.y - this.from.y };
    this.host.preview(this.objects().map((one) => this.after(one)));
    return this;
  }
  override up(): ToolState {
    const changes = this.objects().map((before) => ({ id: before.id, before, after: this.after(before) }));
    this.host.preview([]);
    this.host.commit('move', changes);
    return this.back();
  }
  override cancel(): ToolState {
    this.host.preview([]);
    return this.back();
  }

  /** As they are now: a merge may have changed their class on the way, and the step must not undo it. */
  private objects(): readonly LabelObject[] {
    return this.host.selected.filter((one) => this.host.isFree(one.id));
  }
  private after(object: LabelObject): LabelObject {
    return moved(object, this.by, this.host.image);
  }
}
