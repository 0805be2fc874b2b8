import { distance, type Point } from '../../model/geometry.js';
import type { LabelObject } from '../../model/label-object.js';
import { CLICK_REACH } from '../../view/pointer-input.js';
import { ToolState, type Cursor, type ToolHost, type ToolInput } from '../tool.js';
import { Moving } from './moving.js';

interface Press {
  readonly from: Point;
  readonly target: LabelObject;
  /** Shift: in or out of the selection. */
  readonly toggles: boolean;
  readonly back: () => ToolState;
}

/** Down on an object: a click selects it, a drag moves it and what is selected with it. */
export class Pressing extends ToolState {
  readonly name = 'select.pressing';
  override readonly cursor: Cursor = 'move';
  private readonly wasSelected: boolean;

  constructor(
    host: ToolHost,
    private readonly press: Press,
  ) {
    super(host);
    const ids = host.selected.map((one) => one.id);
    this.wasSelected = ids.includes(press.target.id);
    if (!this.wasSelected) host.select(press.toggles ? [...ids, press.target.id] : [press.target.id]);
  }

  override move(input: ToolInput): ToolState {
    if (distance(this.press.from, input.point) <= this.host.reach(CLICK_REACH)) return this;
    return new Moving(this.host, this.press.from, this.press.back).move(input);
  }
  override up(): ToolState {
    const ids = this.host.selected.map((one) => one.id);
    if (this.wasSelected) this.host.select(this.press.toggles ? ids.filter((id) => id !== this.press.target.id) : [this.press.target.id]);
    return this.press.back();
  }
  override cancel(): ToolState {
    return this.press.back();
  }
}
