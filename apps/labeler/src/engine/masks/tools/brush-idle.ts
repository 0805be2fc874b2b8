import { ToolState, type Cursor, type Draft, type ToolInput } from '../../tools/tool.js';
import { BrushPainting } from './brush-painting.js';
import { valueToPaint, type MaskToolHost } from './mask-host.js';

/** The brush and the eraser, lifted. */
export class BrushIdle extends ToolState {
  readonly name: string;
  override readonly cursor: Cursor = 'none';
  override readonly draft: Draft | null;

  constructor(
    private readonly mask: MaskToolHost,
    at: ToolInput['point'] | null = null,
  ) {
    super(mask.host);
    this.name = mask.erases ? 'eraser.idle' : 'brush.idle';
    this.draft = at === null ? null : { kind: 'brush', at, diameter: mask.brush.diameter };
  }

  override down(input: ToolInput): ToolState {
    const value = valueToPaint(this.mask);
    if (value === null || !this.mask.session.begin(value)) return this;
    return BrushPainting.start(this.mask, input, (at) => new BrushIdle(this.mask, at));
  }
  override move({ point }: ToolInput): ToolState {
    return new BrushIdle(this.mask, point);
  }
  override get isIdle(): boolean {
    return true;
  }
}
