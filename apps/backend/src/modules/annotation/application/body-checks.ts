import { readSegmentation, type ShapeContext, type TaskType, tightBox } from '@app/dice-format';
import { sameValue, type JsonObject } from '../domain/label-object.js';
import type { Report } from '../domain/label-rules.port.js';

interface Place {
  readonly pointer: string;
  readonly report: Report;
}

/** What an answer shows of an object may come back; what follows from the rest is not read. */
const EVERY = ['id', 'number', 'source', 'score', 'model', 'class_id', 'class_name'];
const BOXED = [...EVERY, 'confidence', 'bbox', 'bbox_format', 'area', 'iscrowd', 'attributes'];
const FIELDS: Readonly<Record<TaskType, ReadonlySet<string>>> = {
  image_classification: new Set([...EVERY, 'confidence']),
  object_detection: new Set(BOXED),
  instance_segmentation: new Set([...BOXED, 'segmentation']),
  semantic_segmentation: new Set([...EVERY, 'counts']),
  pose_estimation: new Set([...BOXED, 'keypoints', 'num_keypoints']),
};

const MAX_POINTS = 10_000;
const MAX_RINGS = 1_000;
/** Of a class that does not say how many it has. */
const MAX_KEYPOINTS = 1_000;
const MAX_ATTRIBUTES = 100;
const MAX_ATTRIBUTE_NAME = 100;
const MAX_ATTRIBUTE_TEXT = 1_000;

/** RFC 6901; a name from outside is cut at 64 characters. */
export const pointerPart = (name: string): string => name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');

export function unknownFields(body: JsonObject, known: ReadonlySet<string>, { pointer, report }: Place): void {
  for (const name of Object.keys(body)) if (!known.has(name)) report('unknown-field', 'There is no field of this name.', `${pointer}/${pointerPart(name)}`);
}

export function checkFields(body: JsonObject, task: TaskType, place: Place): void {
  unknownFields(body, FIELDS[task], place);
}

/** Counts that would cost time before a rule finds something wrong; false when there are too many. */
export function checkSizes(body: JsonObject, { pointer, report }: Place): boolean {
  const { segmentation, keypoints } = body;
  const rings: readonly unknown[] = Array.isArray(segmentation) ? segmentation : [];
  const tooManyPoints = rings.some((ring) => Array.isArray(ring) && ring.length > 2 * MAX_POINTS);
  if (tooManyPoints) report('out-of-range', `A polygon has at most ${MAX_POINTS} points.`, `${pointer}/segmentation`);
  if (rings.length > MAX_RINGS) report('out-of-range', `An object has at most ${MAX_RINGS} polygons.`, `${pointer}/segmentation`);
  const tooManyKeypoints = Array.isArray(keypoints) && keypoints.length > 3 * MAX_KEYPOINTS;
  if (tooManyKeypoints) report('out-of-range', `An object has at most ${MAX_KEYPOINTS} keypoints.`, `${pointer}/keypoints`);
  return !tooManyPoints && rings.length <= MAX_RINGS && !tooManyKeypoints;
}

/** Flat and small. What an object has already, from a file that said more, it may keep. */
export function checkAttributes(given: unknown, known: unknown, { pointer, report }: Place): void {
  if (given === undefined || given === null || sameValue(given, known)) return;
  const at = `${pointer}/attributes`;
  if (typeof given !== 'object' || Array.isArray(given)) return report('invalid-field', 'The attributes are an object of names and values.', at);
  const entries: readonly [string, unknown][] = Object.entries(given);
  if (entries.length > MAX_ATTRIBUTES) return report('out-of-range', `An object has at most ${MAX_ATTRIBUTES} attributes.`, at);
  for (const [name, value] of entries) checkAttribute(name, value, { pointer: `${at}/${pointerPart(name)}`, report });
}

function checkAttribute(name: string, value: unknown, { pointer, report }: Place): void {
  if (name.length === 0 || name.length > MAX_ATTRIBUTE_NAME) report('out-of-range', `The name of an attribute has 1 to ${MAX_ATTRIBUTE_NAME} characters.`, pointer);
  if (typeof value === 'object' && value !== null) report('invalid-field', 'An attribute is a text, a number, true, false or null.', pointer);
  if (typeof value === 'string' && value.length > MAX_ATTRIBUTE_TEXT) report('out-of-range', `An attribute has at most ${MAX_ATTRIBUTE_TEXT} characters.`, pointer);
}

/** A polygon or run-length mask that comes without its box gets the tight one. */
export function withBox(body: JsonObject, task: TaskType, shape: ShapeContext): JsonObject {
  if (task !== 'instance_segmentation' || body['bbox'] !== undefined) return body;
  const segmentation = readSegmentation(body['segmentation'], { ...shape, report: () => undefined });
  const bbox = segmentation === undefined ? undefined : tightBox(segmentation);
  return bbox === undefined ? body : { ...body, bbox };
}
