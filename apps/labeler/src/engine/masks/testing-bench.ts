import type { Point } from '../model/geometry.js';
import type { JsonObject } from '../model/label-object.js';
import { CLASSES, TestEditor } from '../testing/test-editor.js';
import type { PointerInput } from '../view/pointer-input.js';
import { LabelMap } from './kernels/label-map.js';
import { decodeLayers, encodeLayers } from './kernels/run-lengths.js';
import { MaskSession, type OpenMask } from './mask-session.js';
import { annotationOfLayers, layersOfAnnotation } from './mask-values.js';
import { paintSuggestions } from './proposed-mask.js';
import type { BrushSettings } from './tools/brush-settings.js';
import { registerMaskTools } from './tools/register-mask-tools.js';
import { inProcessPort } from './worker/mask-ports.js';

export const SIZE = { width: 400, height: 300 };
type Painted = readonly (readonly [x: number, y: number, value: number])[];

export function annotationOf(...painted: Painted): JsonObject | null {
  const map = new LabelMap(SIZE);
  for (const [x, y, value] of painted) map.pixels[x * SIZE.height + y] = value;
  return annotationOfLayers(encodeLayers(map), SIZE);
}
const mapOf = (annotation: unknown): LabelMap => decodeLayers(layersOfAnnotation(annotation), SIZE);
export const labelAt = (annotation: unknown, x: number, y: number): number | undefined => mapOf(annotation).pixels[x * SIZE.height + y];
export const count = (annotation: unknown, value: number): number => mapOf(annotation).pixels.filter((one) => one === value).length;

/** An editor with a mask: what the page puts together. */
export class MaskBench extends TestEditor {
  readonly masks: [imageId: number, annotation: JsonObject | null][] = [];
  readonly unreadable: string[] = [];
  painted = 0;
  readonly session: MaskSession;
  readonly brush: BrushSettings;

  constructor(annotation: unknown = null, readOnly = false) {
    super([], { readOnly });
    this.session = new MaskSession({
      port: inProcessPort(),
      remember: (effect) => this.editor.remember('mask', effect),
      onMask: (...mask) => this.masks.push(mask),
      onPaint: () => (this.painted += 1),
      onUnreadable: (_, message) => this.unreadable.push(message),
      makeTile: () => ({ width: 1, height: 1, close: () => undefined }),
      quietMilliseconds: 1,
    });
    this.brush = registerMaskTools(this.editor, this.session);
    paintSuggestions(this.editor, this.session);
    this.brush.diameter = 10;
    this.openMask(1, annotation, { readOnly });
  }
  openMask(imageId: number, annotation: unknown, more: Partial<OpenMask> = {}): void {
    this.session.open({ imageId, size: SIZE, annotation, classes: CLASSES, ...more });
  }
  mask(): Promise<JsonObject | null> {
    return this.session.toJson();
  }
  pen(at: Point, more: Partial<PointerInput> = {}): PointerInput {
    return { screen: this.editor.viewport.toScreen(at), pointerId: 1, type: 'pen', button: 0, shift: false, alt: false, mod: false, pressure: 0.5, coalesced: [], ...more };
  }
  pressed(at: Point, pressure: number): this {
    this.editor.tools.pointerDown(this.pen(at, { pressure }));
    this.editor.tools.pointerUp(this.pen(at, { pressure }));
    return this;
  }
}
