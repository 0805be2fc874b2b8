import type { Editor } from '../editor/editor.js';
import type { EditorView } from '../editor/editor-view.js';
import type { Point } from '../model/geometry.js';
import type { LabelObject } from '../model/label-object.js';
import { drawCrosshair, drawDraft, drawHandles } from './draw-active.js';
import { drawPicture, drawPixelGrid, type Picture } from './draw-image.js';
import { drawObjects, type ObjectLook } from './draw-objects.js';
import { Surface } from './surface.js';

/** What a person sets for his own eyes; nothing of it is saved with the image. */
export interface StageOptions {
  /** 1: as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly grid: boolean;
  readonly crosshair: boolean;
  readonly tags: boolean;
}
export const PLAIN: StageOptions = { brightness: 1, contrast: 1, grid: true, crosshair: true, tags: true };

type Layer = 'image' | 'mask' | 'shapes' | 'active';
const LAYERS: readonly Layer[] = ['image', 'mask', 'shapes', 'active'];
/** What the layer of shapes shows, beside the objects where they lie. */
const BELOW = ['lifted', 'hidden', 'allHidden', 'classes', 'suggestions'] as const;
/** How long the view has to rest until everything is drawn as well as it can be. */
const REST_MS = 120;
/** From so many on they are drawn without casings while the view moves. */
const MANY = 300;
const UNCHOSEN = '#ffffff';

/** Draws the mask of a semantic image, in image pixels. */
export type DrawMask = (context: CanvasRenderingContext2D) => void;

/**
 * The picture of an editor: four canvases over each other, each drawn again only when what is on it changed, once a frame at most. What is
 * selected, pointed at or being moved is on the top one as well, so that pointing at one of ten thousand, or dragging it over
 * the others, redraws one.
 */
export class Stage {
  private readonly surfaces: Readonly<Record<Layer, Surface>>;
  private readonly dirty = new Set<Layer>();
  private frame: number | null = null;
  private picture: Picture | null = null;
  private drawMask: DrawMask | null = null;
  private options: StageOptions = PLAIN;
  private pointer: Point | null = null;
  private shown: EditorView;
  private objects: readonly LabelObject[] | null = null;
  /** Set while the view moves, until it has rested. */
  private settling: ReturnType<typeof setTimeout> | null = null;
  private readonly stops: readonly (() => void)[];
  private readonly observer: ResizeObserver;

  constructor(
    private readonly host: HTMLElement,
    private readonly editor: Editor,
  ) {
    this.surfaces = { image: new Surface(host), mask: new Surface(host), shapes: new Surface(host), active: new Surface(host) };
    this.shown = editor.view();
    this.stops = [editor.subscribe(() => this.editorChanged()), editor.viewport.subscribe(() => this.viewMoved())];
    this.observer = new ResizeObserver(() => this.fitWindow());
    this.observer.observe(host);
    this.fitWindow();
  }

  setPicture(picture: Picture | null): void {
    this.picture = picture;
    this.draw('image');
  }
  setMask(draw: DrawMask | null): void {
    this.drawMask = draw;
    this.draw('mask');
  }
  maskChanged(): void {
    this.draw('mask');
  }
  setOptions(options: StageOptions): void {
    this.options = options;
    const { brightness, contrast } = options;
    this.surfaces.image.canvas.style.filter = brightness === 1 && contrast === 1 ? '' : `brightness(${brightness}) contrast(${contrast})`;
    this.draw(...LAYERS);
  }
  /** Where the pointer stands in the window; null: outside. */
  setPointer(pointer: Point | null): void {
    this.pointer = pointer;
    if (this.options.crosshair) this.draw('active');
  }

  dispose(): void {
    this.observer.disconnect();
    for (const stop of this.stops) stop();
    if (this.settling !== null) clearTimeout(this.settling);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    for (const layer of LAYERS) this.surfaces[layer].canvas.remove();
  }

  private viewMoved(): void {
    if (this.settling !== null) clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.settling = null;
      this.draw('image', 'shapes');
    }, REST_MS);
    this.draw(...LAYERS);
  }

  private fitWindow(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    for (const layer of LAYERS) this.surfaces[layer].resize({ width, height }, window.devicePixelRatio);
    this.editor.viewport.setWindow({ width: Math.max(1, width), height: Math.max(1, height) });
    this.draw(...LAYERS);
  }

  private editorChanged(): void {
    const [before, now] = [this.shown, this.editor.view()];
    this.shown = now;
    this.draw('active');
    const objects = this.editor.document?.all() ?? null;
    const isSameBelow = objects === this.objects && BELOW.every((key) => before[key] === now[key]);
    this.objects = objects;
    if (!isSameBelow) this.draw('shapes');
  }

  private draw(...layers: readonly Layer[]): void {
    for (const layer of layers) this.dirty.add(layer);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const due = [...this.dirty];
      this.dirty.clear();
      for (const layer of due) this.paint(layer);
    });
  }

  private paint(layer: Layer): void {
    const surface = this.surfaces[layer];
    surface.clear();
    if (layer === 'image') this.paintImage(surface);
    else if (layer === 'mask') {
      if (this.drawMask !== null) this.drawMask(surface.inImage(this.editor.viewport));
    }
    else if (layer === 'shapes') this.paintShapes(surface);
    else this.paintActive(surface);
  }

  private paintImage(surface: Surface): void {
    if (this.picture === null) return;
    drawPicture(surface, this.editor.viewport, this.picture, this.settling !== null);
    if (this.options.grid) drawPixelGrid(surface, this.editor.viewport, this.picture.size);
  }

  private paintShapes(surface: Surface): void {
    const { lifted, allHidden, suggestions } = this.shown;
    if (allHidden) return;
    const context = surface.inImage(this.editor.viewport);
    const below = this.editor.seen().filter((one) => !lifted.has(one.id));
    drawObjects(context, below, { ...this.look(), tags: this.options.tags, draft: this.settling !== null && below.length > MANY });
    drawObjects(context, suggestions, { ...this.look(), dashed: true, tags: this.options.tags });
  }

  private paintActive(surface: Surface): void {
    const { draft, activeClass } = this.shown;
    const above = this.above();
    const crosshair = this.crosshair();
    if (above.length === 0 && draft === null && crosshair === null) return;
    const context = surface.inImage(this.editor.viewport);
    const { scale } = this.editor.viewport;
    drawObjects(context, above, { ...this.look(), strong: true, tags: this.options.tags });
    const [only] = this.shown.selection.size === 1 ? above.filter((one) => this.shown.selection.has(one.id)) : [];
    if (only !== undefined && !this.shown.readOnly) drawHandles(context, only, scale);
    if (draft !== null) drawDraft(context, draft, scale, activeClass?.color ?? UNCHOSEN);
    if (crosshair !== null) drawCrosshair(surface.inWindow(), crosshair, this.editor.viewport.windowSize);
  }

  private crosshair(): Point | null {
    return this.options.crosshair && this.shown.cursor === 'crosshair' ? this.pointer : null;
  }
  private above(): readonly LabelObject[] {
    const { selection, hovered, hidden, allHidden, objects } = this.shown;
    if (allHidden || (selection.size === 0 && hovered === null)) return [];
    return objects.filter((one) => (selection.has(one.id) || one.id === hovered) && !hidden.has(one.id));
  }
  private look(): ObjectLook {
    return { scale: this.editor.viewport.scale, classes: new Map(this.shown.classes.map((one) => [one.id, one])) };
  }
}
