import { clampPoint } from '../../model/geometry.js';
import { ToolState, type Cursor, type ToolInput } from '../tool.js';
import { PolygonDrawing } from './polygon-drawing.js';
import { PolygonFreehand } from './polygon-freehand.js';

/** Ctrl with the first click draws one more part of the selected polygon. */
export class PolygonIdle extends ToolState {
  readonly name = 'polygon.idle';
  override readonly cursor: Cursor = 'crosshair';

  override down({ point, shift, mod }: ToolInput): ToolState {
    const part = mod ? this.host.selected.find((one) => one.geometry.kind === 'polygon') : undefined;
    if (part === undefined && this.host.activeClass === null) {
      this.host.needClass();
      return this;
    }
    const start = [clampPoint(point, this.host.image)];
    const target = { part: part?.id ?? null, idle: () => new PolygonIdle(this.host) };
    return shift ? new PolygonFreehand(this.host, start, target) : new PolygonDrawing(this.host, start, target);
  }
  override get isIdle(): boolean {
    return true;
  }
}
