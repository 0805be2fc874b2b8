import { isUuid } from '@app/kernel';
import { labelsDigest } from './content-hash.js';
import { isInteger, isObject, type JsonObject } from './json-access.js';
import { IGNORE_CLASS, labelMapOf, labelMapSha256, type MaskLayer, type PixelSize } from './mask-layers.js';

export type ObjectSource = 'manual' | 'import' | 'model';
export type RunLengthMask = { readonly size: readonly number[]; readonly counts: readonly number[] };

/**
 * One labeled object of one image as it is stored while people work on it. A classification has `class_id` and `confidence` only; a semantic mask is one
 * object a class with `counts`. What is left out has its default: confidence 1, iscrowd 0, attributes {}.
 */
export type LiveObject = {
  /** UUID; a client may make it. */
  readonly id: string;
  /** The integer id of DICE: from 1, given once in an image, never changed. */
  readonly number: number;
  /** -1 in a semantic mask: pixels to ignore. */
  readonly class_id: number;
  readonly source: ObjectSource;
  readonly confidence?: number;
  /** x, y, width, height in pixels of the upright image. */
  readonly bbox?: readonly number[];
  readonly segmentation?: readonly (readonly number[])[] | RunLengthMask;
  /** x, y, visibility for each point. */
  readonly keypoints?: readonly number[];
  readonly iscrowd?: 0 | 1;
  readonly attributes?: JsonObject;
  /** COCO run lengths of a layer, column-major, of the image's size. */
  readonly counts?: string;
  /** Of the model that proposed it, 0 to 1. */
  readonly score?: number;
  readonly model?: string;
};

/** What an object is, apart from which one it is. */
export type LiveFields = Omit<LiveObject, 'id' | 'number' | 'source'>;

export interface ObjectIdentity {
  readonly id: string;
  readonly number: number;
  readonly source: ObjectSource;
}

/** Largest integer id that the database holds; a larger one of a file is not kept. */
const LARGEST_NUMBER = 2_147_483_646;

const present = <K extends string, V>(key: K, value: V | undefined | null): { readonly [_ in K]?: V } => (value === undefined || value === null ? {} : ({ [key]: value } as { [_ in K]: V }));
const unless = <V>(value: V | undefined, fallback: unknown): V | undefined => (value === fallback ? undefined : value);

/** An object with its fields in one order and without defaults: equal objects have equal JSON. */
export function liveObject(identity: ObjectIdentity, fields: LiveFields): LiveObject {
  const { attributes } = fields;
  return {
    ...{ id: identity.id, number: identity.number, class_id: fields.class_id, source: identity.source },
    ...present('confidence', unless(fields.confidence, 1)),
    ...present('bbox', fields.bbox),
    ...present('segmentation', fields.segmentation),
    ...present('keypoints', fields.keypoints),
    ...present('iscrowd', unless(fields.iscrowd, 0)),
    ...present('attributes', attributes !== undefined && Object.keys(attributes).length > 0 ? attributes : undefined),
    ...present('counts', fields.counts),
    ...present('score', fields.score),
    ...present('model', fields.model),
  };
}

/** The fields of a body that the reader of label files, or `readLiveBody`, has checked. */
export function fieldsOfBody(body: JsonObject): LiveFields {
  const { class_id: classId, confidence, bbox, segmentation, keypoints, iscrowd, attributes } = body;
  return {
    class_id: Number(classId),
    ...present('confidence', confidence as number | undefined),
    ...present('bbox', bbox as number[] | undefined),
    ...present('segmentation', segmentation as number[][] | undefined),
    ...present('keypoints', keypoints as number[] | undefined),
    ...present('iscrowd', iscrowd as 0 | 1 | undefined),
    ...present('attributes', isObject(attributes) ? attributes : undefined),
  };
}

export interface LiveLabels {
  readonly objects: LiveObject[];
  /** The first number that no object of the image ever had. */
  readonly nextNumber: number;
}

/** Objects of checked bodies in their order. Integer ids from 1 and UUIDs of the file are kept; `newId` gives the UUID of an object by its number. */
export function liveObjectsOf(bodies: readonly JsonObject[], newId: (number: number) => string): LiveLabels {
  const kept = new Set<number>();
  for (const { id } of bodies) if (isInteger(id, 1) && id <= LARGEST_NUMBER) kept.add(id);
  let next = 1;
  for (const number of kept) next = Math.max(next, number + 1);
  const objects = bodies.map((body) => {
    const { id } = body;
    const number = typeof id === 'number' && kept.delete(id) ? id : next++;
    return liveObject({ id: typeof id === 'string' && isUuid(id) ? id : newId(number), number, source: 'import' }, fieldsOfBody(body));
  });
  return { objects, nextNumber: next };
}

/** One object for each layer of a semantic mask. */
export function liveObjectsOfMask(layers: readonly MaskLayer[], newId: (number: number) => string): LiveLabels {
  const objects = layers.map((layer, index) => liveObject({ id: newId(index + 1), number: index + 1, source: 'import' }, layer));
  return { objects, nextNumber: layers.length + 1 };
}

export function layersOf(objects: readonly LiveObject[]): MaskLayer[] {
  return objects.flatMap(({ class_id, counts }) => (counts === undefined ? [] : [{ class_id, counts }]));
}

/** The body of an object as the reader of label files gives it, with the integer id of DICE: for writing label files and for the digest. */
export function bodyOfLive(object: LiveObject): JsonObject {
  const common = { class_id: object.class_id, confidence: object.confidence ?? 1 };
  if (object.bbox === undefined) return common;
  return {
    ...{ id: object.number, ...common, bbox: object.bbox, iscrowd: object.iscrowd ?? 0, attributes: object.attributes ?? {} },
    ...present('segmentation', object.segmentation),
    ...present('keypoints', object.keypoints),
  };
}

const NO_LABELS = labelsDigest([]);

/** labelsDigest (hex) of an image's objects: the same as of the label file that they came from or will go to. A semantic mask enters by its pixels. */
export function liveDigest(objects: readonly LiveObject[], size: PixelSize): string {
  if (objects.length === 0) return NO_LABELS;
  const layers = layersOf(objects);
  if (layers.length > 0) return labelsDigest([], labelMapSha256(labelMapOf(layers, size)));
  return labelsDigest(objects.map(bodyOfLive));
}

/** Classes that an image shows, ascending; ignored pixels are no class. */
export function classIdsOf(objects: readonly LiveObject[]): number[] {
  const ids = new Set(objects.map((object) => object.class_id).filter((id) => id !== IGNORE_CLASS));
  return [...ids].sort((a, b) => a - b);
}
