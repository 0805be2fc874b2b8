import { sweepBrush } from '../kernels/brush.js';
import { tileColours, type Palette } from '../kernels/colours.js';
import { fillUnlabeled } from '../kernels/fill-unlabeled.js';
import { floodFill } from '../kernels/flood.js';
import { inside, LabelMap, type FillColumn } from '../kernels/label-map.js';
import { differingTiles, mergeMasks } from '../kernels/merge-masks.js';
import { applyPatch, StrokeRecorder, type MaskPatch } from '../kernels/patch.js';
import { fillRings } from '../kernels/polygon-fill.js';
import { decodeLayers, encodeLayers, MaskFormatError } from '../kernels/run-lengths.js';
import type { MaskReply, MaskRequest } from './protocol.js';

type Of<K extends MaskRequest['kind']> = Extract<MaskRequest, { kind: K }>;
type PaintRequest = Of<'sweep' | 'flood' | 'rings' | 'unlabeled'>;
export type PostReply = (reply: MaskReply, transfer: ArrayBuffer[]) => void;

/** Patches that are kept until their answers have surely arrived. */
const KEPT_STROKES = 32;

/** Holds the label map of one image and does what it is asked, wherever it runs. */
export class MaskCore {
  private map = new LabelMap({ width: 1, height: 1 });
  private palette: Palette = new Uint8Array(1_024);
  private opening = 0;
  private stroke: StrokeRecorder | null = null;
  private readonly strokes = new Map<number, MaskPatch>();

  constructor(private readonly post: PostReply) {}

  handle(request: MaskRequest): void {
    try {
      this.answer(request);
    } catch (error) {
      if (!(error instanceof MaskFormatError)) throw error;
      this.post({ kind: 'failed', opening: this.opening, message: error.message }, []);
    }
  }

  private answer(request: MaskRequest): void {
    switch (request.kind) {
      case 'open':
        return this.open(request);
      case 'palette':
        this.palette = request.palette;
        return this.show(this.allTiles());
      case 'begin':
        this.stroke = new StrokeRecorder(this.map, request.value);
        return;
      case 'end':
        return this.end(request);
      case 'abort':
        return this.abort();
      case 'apply':
        return this.apply(request);
      case 'encode':
        return this.post({ kind: 'layers', ticket: request.ticket, layers: encodeLayers(this.map) }, []);
      case 'replace':
        return this.replace(request);
      default:
        return this.paint(request);
    }
  }

  private open({ opening, size, layers, palette }: Of<'open'>): void {
    this.opening = opening;
    this.stroke = null;
    this.palette = palette;
    this.map = new LabelMap(size);
    this.map = decodeLayers(layers, size);
    this.show(this.allTiles());
  }

  private paint(request: PaintRequest): void {
    const { stroke } = this;
    if (stroke === null) return;
    const dirty = new Set<number>();
    const fill = inside(this.map.size, (x, top, bottom) => {
      for (let tile = this.map.tileAt(x, top); tile <= this.map.tileAt(x, bottom - 1); tile += 1) dirty.add(tile);
      stroke.fill(x, top, bottom);
    });
    this.paintShape(request, stroke.value, fill);
    this.show(dirty);
  }
  private paintShape(request: PaintRequest, value: number, fill: FillColumn): void {
    if (request.kind === 'sweep') for (const sweep of request.sweeps) sweepBrush(sweep, fill);
    else if (request.kind === 'rings') fillRings(request.rings, fill);
    else if (request.kind === 'unlabeled') fillUnlabeled(this.map, request.counts, fill);
    else floodFill(this.map, { at: request, value, reach: request.reach }, fill);
  }

  private end({ stroke: number }: Of<'end'>): void {
    const patch = this.stroke?.patch() ?? null;
    this.stroke = null;
    if (patch !== null) this.strokes.set(number, patch);
    for (const old of [...this.strokes.keys()].slice(0, -KEPT_STROKES)) this.strokes.delete(old);
    this.post({ kind: 'stroke', stroke: number, patch }, []);
  }
  private abort(): void {
    const patch = this.stroke?.patch() ?? null;
    this.stroke = null;
    if (patch !== null) this.show(applyPatch(this.map, patch, 'undo'));
  }
  private apply({ stroke, patch, direction }: Of<'apply'>): void {
    const known = patch ?? this.strokes.get(stroke);
    if (known !== undefined) this.show(applyPatch(this.map, known, direction));
  }

  private replace({ base, theirs }: Of<'replace'>): void {
    const { size } = this.map;
    const before = this.map;
    const { merged } = mergeMasks(decodeLayers(base, size), before, decodeLayers(theirs, size));
    const changed = differingTiles(before, merged);
    for (const tile of changed) this.stroke?.rebase(tile, before.copyTile(tile), merged.copyTile(tile));
    before.pixels.set(merged.pixels);
    this.show(changed);
  }

  private *allTiles(): Generator<number> {
    for (let tile = 0; tile < this.map.tileCount; tile += 1) yield tile;
  }
  private show(tiles: Iterable<number>): void {
    const shown = [...tiles].map((tile) => ({ ...this.map.boundsOf(tile), colours: tileColours(this.map, tile, this.palette) }));
    if (shown.length === 0) return;
    this.post({ kind: 'tiles', opening: this.opening, tiles: shown }, shown.flatMap(({ colours }) => colours?.buffer ?? []));
  }
}
