import { boxOfCorners, distance, type Point } from '../../model/geometry.js';
import { CLICK_REACH } from '../../view/pointer-input.js';
import { ToolState, type Cursor, type Draft, type ToolHost, type ToolInput } from '../tool.js';

/** A frame over what is to be selected; a mere click beside everything selects nothing. Shift adds. */
export class Marquee extends ToolState {
  readonly name = 'select.marquee';
  override readonly cursor: Cursor = 'crosshair';
  override readonly draft: Draft;

  constructor(
    host: ToolHost,
    private readonly from: Point,
    private readonly adds: boolean,
    private readonly back: () => ToolState,
    private readonly to: Point = from,
  ) {
    super(host);
    this.draft = { kind: 'marquee', box: boxOfCorners(from, to) };
  }

  override move({ point }: ToolInput): ToolState {
    return new Marquee(this.host, this.from, this.adds, this.back, point);
  }
  override up(): ToolState {
    const found = distance(this.from, this.to) <= this.host.reach(CLICK_REACH) ? [] : this.host.within(boxOfCorners(this.from, this.to)).map((one) => one.id);
    const kept = this.adds ? this.host.selected.map((one) => one.id) : [];
    this.host.select([...new Set([...kept, ...found])]);
    return this.back();
  }
  override cancel(): ToolState {
    return this.back();
  }
}
