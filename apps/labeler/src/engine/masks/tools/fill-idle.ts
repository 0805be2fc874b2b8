import { ToolState, type Cursor, type ToolInput } from '../../tools/tool.js';
import { valueToPaint, type MaskToolHost } from './mask-host.js';

/** A click fills as far as the label reaches; with Shift over all labels, up to an outline of the class itself. */
export class FillIdle extends ToolState {
  readonly name = 'fill.idle';
  override readonly cursor: Cursor = 'crosshair';

  constructor(private readonly mask: MaskToolHost) {
    super(mask.host);
  }

  override down({ point, shift }: ToolInput): ToolState {
    const value = valueToPaint(this.mask);
    if (value !== null) this.mask.session.flood(point, value, shift ? 'until-value' : 'same');
    return this;
  }
  override get isIdle(): boolean {
    return true;
  }
}
