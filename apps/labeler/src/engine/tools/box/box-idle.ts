import { ToolState, type Cursor, type ToolInput } from '../tool.js';
import { BoxDragging } from './box-dragging.js';

export class BoxIdle extends ToolState {
  readonly name = 'box.idle';
  override readonly cursor: Cursor = 'crosshair';

  override down({ point }: ToolInput): ToolState {
    if (this.host.activeClass !== null) return new BoxDragging(this.host, point, () => new BoxIdle(this.host));
    this.host.needClass();
    return this;
  }
  override get isIdle(): boolean {
    return true;
  }
}
