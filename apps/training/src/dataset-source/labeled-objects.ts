import type { TaskType } from '@app/contracts';
import { maskSpans, rleText } from '@app/dice-format';
import { spansRings } from '../engine/geometry/contours.js';
import type { LabeledObject } from '../engine/samples/sample.js';

type Annotation = Readonly<Record<string, unknown>>;

/** Tasks whose annotations are objects in places; the others say something of the whole image. */
const PLACED: ReadonlySet<TaskType> = new Set(['object_detection', 'instance_segmentation', 'pose_estimation']);

/** Annotations of a checked label file as the engine takes them. */
export function labeledObjects(annotations: readonly Annotation[], taskType: TaskType, indexOf: ReadonlyMap<number, number>): LabeledObject[] {
  if (!PLACED.has(taskType)) return [];
  return annotations.flatMap((one): LabeledObject[] => {
    const classIndex = typeof one['class_id'] === 'number' ? indexOf.get(one['class_id']) : undefined;
    if (classIndex === undefined) return [];
    return [{ classIndex, bbox: boxOf(one['bbox']), isCrowd: one['iscrowd'] === 1, ...shapeOf(one['segmentation']), ...pointsOf(one['keypoints']) }];
  });
}

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((item) => typeof item === 'number');

function boxOf(value: unknown): LabeledObject['bbox'] {
  if (!isNumbers(value)) return null;
  const [x, y, width, height] = value;
  return x === undefined || y === undefined || width === undefined || height === undefined ? null : [x, y, width, height];
}

/** Rings; the borders of a run-length mask, pieces and holes alike. */
function shapeOf(value: unknown): Pick<LabeledObject, 'polygons' | 'isEvenOdd'> {
  if (Array.isArray(value)) return { polygons: value.filter(isNumbers) };
  if (typeof value !== 'object' || value === null || !('size' in value) || !('counts' in value)) return {};
  return bordersOf(value.size, value.counts);
}

function bordersOf(size: unknown, counts: unknown): Pick<LabeledObject, 'polygons' | 'isEvenOdd'> {
  if (!isNumbers(size) || !(typeof counts === 'string' || isNumbers(counts))) return {};
  const [height = 0, width = 0] = size;
  const spans = maskSpans(typeof counts === 'string' ? counts : rleText(counts), width * height);
  return spans === undefined ? {} : { polygons: spansRings(spans, { width, height }), isEvenOdd: true };
}

/** Flat or in triples. */
function pointsOf(value: unknown): Pick<LabeledObject, 'keypoints'> {
  if (!Array.isArray(value)) return {};
  const flat: unknown[] = value.flat();
  return isNumbers(flat) ? { keypoints: flat } : {};
}
