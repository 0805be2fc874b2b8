import type { Point } from '../../model/geometry.js';
import { ToolState, type Cursor, type Draft, type ToolInput } from '../../tools/tool.js';
import type { MaskToolHost } from './mask-host.js';

/** A stroke: from place to place, through all that the device told of. */
export class BrushPainting extends ToolState {
  readonly name: string;
  override readonly cursor: Cursor = 'none';
  override readonly draft: Draft;

  private constructor(
    private readonly mask: MaskToolHost,
    private readonly idle: (at: Point) => ToolState,
    private readonly at: Point,
    diameter: number,
  ) {
    super(mask.host);
    this.name = mask.erases ? 'eraser.painting' : 'brush.painting';
    this.draft = { kind: 'brush', at, diameter };
  }

  /** The session has begun the stroke. */
  static start(mask: MaskToolHost, { point, pressure }: ToolInput, idle: (at: Point) => ToolState): BrushPainting {
    const diameter = mask.brush.diameterAt(pressure);
    mask.session.sweep([{ from: point, to: point, diameter }]);
    return new BrushPainting(mask, idle, point, diameter);
  }

  override move(input: ToolInput): ToolState {
    return this.sweepTo(input);
  }
  override up(input: ToolInput): ToolState {
    const { at } = this.sweepTo(input);
    this.mask.session.end();
    return this.idle(at);
  }
  override cancel(): ToolState {
    this.mask.session.abort();
    return this.idle(this.at);
  }
  /** Not less than the stroke is taken back: parts of it are nothing that anybody made. */
  override stepBack(): ToolState {
    return this.cancel();
  }

  private sweepTo({ path, pressure }: ToolInput): BrushPainting {
    const diameter = this.mask.brush.diameterAt(pressure);
    let from = this.at;
    const sweeps = path.map((to) => {
      const sweep = { from, to, diameter };
      from = to;
      return sweep;
    });
    this.mask.session.sweep(sweeps);
    return new BrushPainting(this.mask, this.idle, from, diameter);
  }
}
