import { rleText, maskSpans, spansText, tightBox, type JsonObject, type PixelSize, type TaskType } from '@app/dice-format';
import { cornersOf } from './fields.js';
import { isRings, type Box, type FormatObject, type ImportedImage } from './model.js';

/** The objects of an image as bodies of one task. */
export interface Fitted {
  /** For every task but semantic masks; each with the number of the object that it came from. */
  readonly bodies: readonly JsonObject[];
  /** COCO strings by class id, of a semantic mask. */
  readonly layers: readonly { readonly class_id: number; readonly counts: string }[];
}

export interface FitContext {
  readonly taskType: TaskType;
  readonly size: PixelSize;
  /** The class of the dataset that a name means; null: leave the object out; undefined: nobody has said. */
  readonly classIdOf: (name: string) => number | null | undefined;
  readonly warn: (code: string, message: string) => void;
}

/** Pixels to ignore in a semantic mask. */
const IGNORE_CLASS = -1;

/** Turns what a source tells of an image into labels of a task; what the task has no place for is told to `warn`. */
export function fitImage(image: ImportedImage, context: FitContext): Fitted {
  const objects = image.objectsIn(context.size).flatMap((object) => {
    const id = object.className === '' ? IGNORE_CLASS : context.classIdOf(object.className);
    return id === null || id === undefined ? [] : [{ object, id }];
  });
  if (context.taskType === 'semantic_segmentation') return { bodies: [], layers: layersOf(objects, context) };
  return { bodies: objects.map(({ object, id }) => bodyOf(object, id, context)).filter((body) => body !== undefined), layers: [] };
}

function bodyOf(object: FormatObject, classId: number, context: FitContext): JsonObject | undefined {
  const confidence = object.confidence === undefined ? {} : { confidence: object.confidence };
  if (context.taskType === 'image_classification') return { class_id: classId, ...confidence };
  const shape = shapeOf(object, context);
  if (shape === undefined) return undefined;
  return { class_id: classId, ...confidence, ...shape, ...(object.crowd === true ? { iscrowd: 1 } : {}), ...(object.attributes === undefined ? {} : { attributes: object.attributes }) };
}

function shapeOf(object: FormatObject, context: FitContext): JsonObject | undefined {
  const { taskType, warn } = context;
  const { segmentation, keypoints } = object;
  const bbox = boxOf(object);
  if (bbox === undefined) return left(() => warn('no-shape', 'An object has no place in the image: it was left out.'));
  switch (taskType) {
    case 'instance_segmentation':
      if (segmentation === undefined) warn('box-as-polygon', 'A box became a polygon of four corners.');
      return { bbox, segmentation: segmentation ?? [cornersOf(bbox)] };
    case 'pose_estimation':
      return keypoints === undefined ? left(() => warn('no-keypoints', 'An object without keypoints was left out.')) : { bbox, keypoints };
    default:
      if (segmentation !== undefined) warn('polygons-left-out', 'Of an object with polygons or a mask only the box was taken.');
      if (keypoints !== undefined) warn('keypoints-left-out', 'Of an object with keypoints only the box was taken.');
      return { bbox };
  }
}

/** The given box, or the tight one around what is drawn. */
function boxOf({ bbox, segmentation, keypoints }: FormatObject): Box | undefined {
  if (bbox !== undefined) return bbox;
  const visible = keypoints?.flatMap((value, at) => (at % 3 < 2 && (keypoints[at - (at % 3) + 2] ?? 0) > 0 ? [value] : []));
  const tight = segmentation !== undefined ? tightBox(segmentation) : visible !== undefined && visible.length > 0 ? tightBox([visible]) : undefined;
  const [x, y, width, height] = tight ?? [];
  return x === undefined || y === undefined || width === undefined || height === undefined ? undefined : [x, y, width, height];
}

/** One layer a class: those of one class are laid together. */
function layersOf(objects: readonly { readonly object: FormatObject; readonly id: number }[], { size, warn }: FitContext): Fitted['layers'] {
  const total = size.width * size.height;
  const byClass = new Map<number, (readonly number[])[]>();
  for (const { object, id } of objects) {
    const counts = countsOf(object);
    const spans = counts === undefined ? undefined : maskSpans(counts, total);
    if (spans === undefined) warn('no-mask', 'An object without a pixel mask of the size of the image was left out.');
    else byClass.set(id, [...(byClass.get(id) ?? []), spans]);
  }
  return [...byClass].map(([id, masks]) => ({ class_id: id, counts: spansText(union(masks), total) }));
}

function countsOf({ layer, segmentation }: FormatObject): string | undefined {
  if (layer !== undefined) return layer;
  return segmentation === undefined || isRings(segmentation) ? undefined : rleText(segmentation.counts);
}

/** Spans that cover what any of the masks covers, ascending and apart. */
function union(masks: readonly (readonly number[])[]): number[] {
  const all = masks.flatMap((spans) => spans.flatMap((start, at) => (at % 2 === 0 ? [[start, spans[at + 1] ?? start] as const] : [])));
  all.sort(([a], [b]) => a - b);
  const joined: number[] = [];
  for (const [start, end] of all) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last) joined[joined.length - 1] = Math.max(last, end);
    else joined.push(start, end);
  }
  return joined;
}

function left(report: () => void): undefined {
  report();
  return undefined;
}

/** What is wrong between the size that a source declares and the image's; undefined when they agree or nothing is declared. */
export function sizeFinding({ width, height }: ImportedImage, size: PixelSize): { readonly code: string; readonly message: string } | undefined {
  if (width === undefined || height === undefined || (width === size.width && height === size.height)) return undefined;
  const sizes = `${width} x ${height} in the file, ${size.width} x ${size.height} here`;
  const isTurned = width === size.height && height === size.width;
  const why = isTurned ? 'The sizes are exchanged: the file is about the image as it lies in its bytes, the platform about the image as EXIF turns it upright.' : 'The labels are of another version of the image.';
  return { code: isTurned ? 'size-turned' : 'size-differs', message: `${sizes}. ${why}` };
}
