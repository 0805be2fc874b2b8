import type { ImageItem } from '../../../api/types.js';
import type { ClassInfo, DrawMask, Editor, JsonObject, LabelObject } from '../../../engine/index.js';
import { annotationOfLayers, layersOfAnnotation, MaskSession, paintSuggestions, proposedMask, registerMaskTools, workerPort, type BrushSettings } from '../../../engine/masks/index.js';
import { maskObjects, type LabelEdit } from '../../../engine/save/index.js';

type OnMask = (imageId: number, objects: LabelEdit['objects']) => void;
export type MakeMaskBridge = (editor: Editor, onMask: OnMask, onUnreadable: () => void) => MaskBridge;

/** The pixels of a semantic image between the canvas and the saver. */
export class MaskBridge {
  private readonly brush: BrushSettings;
  private readonly brushListeners = new Set<() => void>();
  private readonly session: MaskSession;
  private readonly masks = new Map<number, LabelEdit['objects']>();
  private readonly paintListeners = new Set<() => void>();

  constructor(
    private readonly editor: Editor,
    onMask: OnMask,
    onUnreadable: () => void,
  ) {
    this.session = new MaskSession({
      port: workerPort(),
      remember: (effect) => editor.remember('mask', effect),
      onMask: (imageId, annotation) => {
        const objects = maskObjects(annotation);
        this.masks.set(imageId, objects);
        onMask(imageId, objects);
      },
      onPaint: () => {
        for (const listener of this.paintListeners) listener();
      },
      onUnreadable,
    });
    this.brush = registerMaskTools(editor, this.session);
    paintSuggestions(editor, this.session);
  }

  get drawMask(): DrawMask {
    return this.session.drawMask;
  }
  onPaint(listener: () => void): () => void {
    this.paintListeners.add(listener);
    return () => this.paintListeners.delete(listener);
  }

  /** Image pixels. */
  readonly brushSize = (): number => this.brush.diameter;
  /** Told of each change, by a key or by the slider. */
  readonly onBrush = (listener: () => void): (() => void) => {
    this.brushListeners.add(listener);
    return () => this.brushListeners.delete(listener);
  };
  sizeBrush(to: 'smaller' | 'larger' | number): void {
    if (typeof to === 'number') this.brush.diameter = to;
    else this.brush[to]();
    for (const listener of this.brushListeners) listener();
  }

  open(image: ImageItem, labels: LabelEdit, more: { readonly classes: readonly ClassInfo[]; readonly readOnly: boolean }): void {
    this.masks.set(image.id, labels.objects);
    this.session.open({ imageId: image.id, size: { width: image.width, height: image.height }, annotation: annotationOf(image, labels.objects), ...more });
  }
  /** Other labels than the screen's came. */
  replace(image: ImageItem, labels: LabelEdit): void {
    this.masks.set(image.id, labels.objects);
    this.session.replace(image.id, annotationOf(image, labels.objects));
  }
  /** The layers that were painted up to now, as far as they are told. */
  objectsOf(imageId: number): LabelEdit['objects'] {
    return this.masks.get(imageId) ?? new Map();
  }
  /** What a model proposes for a class; null for what is no mask of the open image. */
  proposed(json: JsonObject): LabelObject | null {
    const { document } = this.editor;
    return document === null ? null : proposedMask(json, document.size);
  }
  setOpacity(opacity: number): void {
    this.session.setOpacity(opacity);
  }
  flush(): Promise<void> {
    return this.session.flush();
  }
  close(): void {
    this.session.close();
  }
}

const annotationOf = (size: Pick<ImageItem, 'width' | 'height'>, objects: LabelEdit['objects']): JsonObject | null => annotationOfLayers(layersOfAnnotation({ mask: { classes: [...objects.values()] } }), size);

export const makeMaskBridge: MakeMaskBridge = (editor, onMask, onUnreadable) => new MaskBridge(editor, onMask, onUnreadable);
