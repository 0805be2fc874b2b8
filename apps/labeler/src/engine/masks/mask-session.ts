import type { JsonObject } from '../model/label-object.js';
import type { Ring, Size } from '../model/geometry.js';
import type { StepEffect } from '../model/history.js';
import type { DrawMask } from '../render/stage.js';
import type { ClassInfo } from '../tools/tool.js';
import type { Sweep } from './kernels/brush.js';
import { paletteOf } from './kernels/colours.js';
import type { FloodReach } from './kernels/flood.js';
import type { Direction, MaskPatch } from './kernels/patch.js';
import { mergeLayers } from './merge-layers.js';
import { annotationOfLayers, layersOfAnnotation, type MaskLayer } from './mask-values.js';
import { canvasTile, TileSheet, type MakeTile } from './tile-sheet.js';
import type { MaskPort, MaskReply } from './worker/protocol.js';

export interface MaskSessionOptions {
  readonly port: MaskPort;
  /** The stroke becomes a step of the open image's history, behind what was done before. */
  readonly remember: (effect: StepEffect) => void;
  /** The mask changed, by this person: as a PATCH takes it, null where nothing is painted any more. A moment after the last stroke, or at `flush`. */
  readonly onMask: (imageId: number, annotation: JsonObject | null) => void;
  /** Draw it again. */
  readonly onPaint: () => void;
  /** The mask of the server cannot be read: nothing is shown, and nothing can be painted, so that nothing is overwritten. */
  readonly onUnreadable?: (imageId: number, message: string) => void;
  readonly makeTile?: MakeTile<CanvasImageSource>;
  readonly quietMilliseconds?: number;
}
export interface OpenMask {
  readonly imageId: number;
  readonly size: Size;
  /** `{mask: {size, classes}}` as the API has it, or null. */
  readonly annotation: unknown;
  readonly classes: readonly ClassInfo[];
  readonly readOnly?: boolean;
}

/** An encoding that is on its way. */
interface Asked {
  readonly image: OpenMask;
  readonly base: readonly MaskLayer[];
  /** A merge came meanwhile, which the encoding does not have yet and would take back. */
  theirs: readonly MaskLayer[] | null;
  /** Called at once: what is told and what is merged must not pass each other. */
  readonly deliver: (layers: readonly MaskLayer[]) => void;
}

const QUIET_MILLISECONDS = 150;
const NO_IMAGE: OpenMask = { imageId: 0, size: { width: 1, height: 1 }, annotation: null, classes: [], readOnly: true };

/** The mask of the open image, as a page uses it. The pixels live in another thread, which does what is asked in the order in which it is asked. */
export class MaskSession {
  private readonly sheet: TileSheet<CanvasImageSource>;
  private image = NO_IMAGE;
  private opening = 0;
  private tickets = 0;
  private strokes = 0;
  private unreadable = false;
  private isPainting = false;
  private told: readonly MaskLayer[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Until what was asked for last is told. */
  private telling: Promise<void> = Promise.resolve();
  private readonly asked = new Map<number, Asked>();
  private readonly patches = new Map<number, (patch: MaskPatch | null) => void>();
  opacity = 0.5;

  constructor(private readonly options: MaskSessionOptions) {
    this.sheet = new TileSheet<CanvasImageSource>(options.makeTile ?? canvasTile);
    options.port.onReply((reply) => this.take(reply));
  }

  /** What was painted on the image before is told first. */
  open(image: OpenMask): void {
    this.abort();
    void this.flush();
    this.image = image;
    this.opening += 1;
    this.unreadable = false;
    this.sheet.clear();
    this.options.onPaint();
    this.told = layersOfAnnotation(image.annotation);
    this.options.port.post({ kind: 'open', opening: this.opening, size: image.size, layers: this.told, palette: paletteOf(image.classes) });
  }
  close(): void {
    this.abort();
    void this.flush().finally(() => this.options.port.close());
    this.image = NO_IMAGE;
    this.sheet.clear();
  }

  /** For `Stage.setMask`. */
  readonly drawMask: DrawMask = (context) => this.sheet.draw(context, this.opacity);

  setOpacity(opacity: number): void {
    this.opacity = opacity;
    this.options.onPaint();
  }
  /** Other colours, or classes that are not to be seen for a while. */
  setClasses(classes: readonly ClassInfo[], hidden: ReadonlySet<number> = new Set()): void {
    this.image = { ...this.image, classes };
    this.options.port.post({ kind: 'palette', palette: paletteOf(classes, hidden) });
  }

  /** Begins a stroke; false where nothing may be painted. 0 takes away. */
  begin(value: number): boolean {
    if (this.image.readOnly === true || this.unreadable) return false;
    if (this.isPainting) this.end();
    this.isPainting = true;
    this.options.port.post({ kind: 'begin', value });
    return true;
  }
  sweep(sweeps: readonly Sweep[]): void {
    this.options.port.post({ kind: 'sweep', sweeps });
  }
  /** One step of the history. `isThere` is told when it is taken back, and when it is done again. */
  end(isThere?: (there: boolean) => void): void {
    if (!this.isPainting) return;
    this.isPainting = false;
    this.options.port.post({ kind: 'end', stroke: (this.strokes += 1) });
    this.options.remember(this.effectOf(this.strokes, isThere));
    this.changed();
  }
  abort(): void {
    if (!this.isPainting) return;
    this.isPainting = false;
    this.options.port.post({ kind: 'abort' });
  }
  flood(at: { readonly x: number; readonly y: number }, value: number, reach: FloodReach): void {
    if (!this.begin(value)) return;
    this.options.port.post({ kind: 'flood', x: at.x, y: at.y, reach });
    this.end();
  }
  fillRings(rings: readonly Ring[], value: number): void {
    if (!this.begin(value)) return;
    this.options.port.post({ kind: 'rings', rings });
    this.end();
  }
  /** A proposed mask (COCO run lengths of the image) becomes this label where nobody labeled; what a person painted stays. False where nothing may be painted. */
  fillUnlabeled(counts: string, value: number, isThere: (there: boolean) => void): boolean {
    if (!this.begin(value)) return false;
    this.options.port.post({ kind: 'unlabeled', counts });
    this.end(isThere);
    isThere(true);
    return true;
  }

  /** The mask with all that was painted up to now. */
  toJson(): Promise<JsonObject | null> {
    const { size } = this.image;
    if (this.unreadable) return Promise.resolve(annotationOfLayers(this.told, size));
    return new Promise((resolve) => this.encode((layers) => resolve(annotationOfLayers(layers, size))));
  }
  /** Tells what is not told yet. Resolves when it is. */
  flush(): Promise<void> {
    if (this.timer === null) return this.telling;
    clearTimeout(this.timer);
    this.timer = null;
    const { opening, image, told } = this;
    this.telling = new Promise((resolve) =>
      this.encode((layers) => {
        if (opening === this.opening) this.told = layers;
        // The same image was opened again meanwhile, from labels that did not have this yet.
        else if (image.imageId === this.image.imageId) this.rebase(told, layers);
        this.options.onMask(image.imageId, annotationOfLayers(layers, image.size));
        resolve();
      }),
    );
    return this.telling;
  }
  /** What a merge made of the mask that was told last. What was painted since stays on top. */
  replace(imageId: number, annotation: unknown): void {
    const theirs = layersOfAnnotation(annotation);
    for (const one of this.asked.values()) if (one.image.imageId === imageId) one.theirs = theirs;
    if (imageId === this.image.imageId && !this.unreadable) this.rebase(this.told, theirs);
  }
  private rebase(base: readonly MaskLayer[], theirs: readonly MaskLayer[]): void {
    this.options.port.post({ kind: 'replace', base, theirs });
    this.told = theirs;
  }

  private effectOf(stroke: number, isThere?: (there: boolean) => void): StepEffect {
    const { imageId } = this.image;
    let patch: MaskPatch | null | undefined;
    this.patches.set(stroke, (given) => (patch = given));
    const apply = (direction: Direction): boolean => {
      // Null: the stroke changed nothing, and there is nothing to take back.
      if (patch === null || imageId !== this.image.imageId || this.unreadable) return false;
      this.options.port.post({ kind: 'apply', stroke, patch: patch ?? null, direction });
      isThere?.(direction === 'redo');
      this.changed();
      return true;
    };
    return { undo: () => apply('undo'), redo: () => apply('redo') };
  }

  private changed(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), this.options.quietMilliseconds ?? QUIET_MILLISECONDS);
  }
  private encode(deliver: Asked['deliver']): void {
    this.tickets += 1;
    this.asked.set(this.tickets, { image: this.image, base: this.told, theirs: null, deliver });
    this.options.port.post({ kind: 'encode', ticket: this.tickets });
  }

  private take(reply: MaskReply): void {
    switch (reply.kind) {
      case 'stroke':
        this.patches.get(reply.stroke)?.(reply.patch);
        this.patches.delete(reply.stroke);
        return;
      case 'layers':
        return this.takeLayers(reply.ticket, reply.layers);
      default:
        if (reply.opening === this.opening) this.takeOfImage(reply);
    }
  }
  private takeLayers(ticket: number, layers: readonly MaskLayer[]): void {
    const asked = this.asked.get(ticket);
    this.asked.delete(ticket);
    if (asked === undefined) return;
    const { base, theirs, image } = asked;
    asked.deliver(theirs === null ? layers : mergeLayers(image.size, { base, mine: layers, theirs }).merged);
  }
  private takeOfImage(reply: Extract<MaskReply, { kind: 'tiles' | 'failed' }>): void {
    if (reply.kind === 'tiles') {
      for (const tile of reply.tiles) this.sheet.put(tile);
      this.options.onPaint();
      return;
    }
    this.unreadable = true;
    this.options.onUnreadable?.(this.image.imageId, reply.message);
  }
}
