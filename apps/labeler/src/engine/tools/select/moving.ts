import { moved } from '../../kernels/transform.js';
import type { Point } from '../../model/geometry.js';
import type { LabelObject } from '../../model/label-object.js';
import { ToolState, type Cursor, type ToolHost, type ToolInput } from '../tool.js';

/** Everything selected goes with the pointer, each as far as the image goes. */
export class Moving extends ToolState {
  readonly name = 'select.moving';
  override readonly cursor: Cursor = 'grabbing';
  private readonly before: readonly LabelObject[];
  private by: Point = { x: 0, y: 0 };

  constructor(
    host: ToolHost,
    private readonly from: Point,
    private readonly back: () => ToolState,
  ) {
    super(host);
    this.before = host.selected;
  }

  override move({ point }: ToolInput): ToolState {
    this.by = { x: point.x - this.from.x, y: point.y - this.from.y };
    this.host.preview(this.after());
    return this;
  }
  override up(): ToolState {
    const after = this.after();
    this.host.preview([]);
    this.host.commit('move', this.before.map((before, index) => ({ id: before.id, before, after: after[index] ?? before })));
    return this.back();
  }
  override cancel(): ToolState {
    this.host.preview([]);
    return this.back();
  }

  private after(): readonly LabelObject[] {
    return this.before.map((object) => moved(object, this.by, this.host.image));
  }
}
