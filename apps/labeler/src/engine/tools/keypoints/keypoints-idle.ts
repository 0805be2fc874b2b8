import { ToolState, type Cursor, type ToolInput } from '../tool.js';
import { KeypointsPlacing } from './keypoints-placing.js';

export class KeypointsIdle extends ToolState {
  readonly name = 'keypoints.idle';
  override readonly cursor: Cursor = 'crosshair';

  override down(input: ToolInput): ToolState {
    const names = this.host.activeClass?.keypoints ?? null;
    if (names !== null && names.length > 0) return new KeypointsPlacing(this.host, { names, points: [], idle: () => new KeypointsIdle(this.host) }).down(input);
    this.host.needClass();
    return this;
  }
  override get isIdle(): boolean {
    return true;
  }
}
