import { isRecord } from './json.js';
import type { Box, Keypoint, Ring } from './geometry.js';
import type { Geometry, JsonObject, LabelObject } from './label-object.js';

/** What the canvas knows how to show and change. Everything else of an object is kept as it came. */
const KNOWN = ['id', 'class_id', 'class_name', 'bbox', 'bbox_format', 'area', 'segmentation', 'keypoints', 'num_keypoints', 'attributes', 'source', 'score'];
/** What the API fills in. Left out, an object is the same before and after it was saved, and an undo finds it. */
const DEFAULTS: JsonObject = { confidence: 1, iscrowd: 0 };
const SOURCES = ['manual', 'import', 'model'] as const;

const isNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every((one) => typeof one === 'number');

/** Reads one object of `GET datasets/{id}/annotations/{image_id}`. Null for what has no id or class, which the API never sends. */
export function readObject(json: JsonObject): LabelObject | null {
  const { id, class_id: classId, attributes, source, score } = json;
  if (typeof id !== 'string' || typeof classId !== 'number') return null;
  return {
    id,
    classId,
    geometry: readGeometry(json),
    attributes: isRecord(attributes) ? attributes : {},
    source: SOURCES.find((one) => one === source) ?? 'manual',
    score: typeof score === 'number' ? score : null,
    rest: Object.fromEntries(Object.entries(json).filter(([key, value]) => !KNOWN.includes(key) && DEFAULTS[key] !== value)),
  };
}

function readGeometry({ bbox, segmentation, keypoints }: JsonObject): Geometry {
  const box = readBox(bbox);
  if (isNumbers(keypoints)) return { kind: 'keypoints', box: box ?? { x: 0, y: 0, width: 0, height: 0 }, points: readKeypoints(keypoints) };
  if (Array.isArray(segmentation)) return { kind: 'polygon', rings: segmentation.filter((ring): ring is Ring => isNumbers(ring)) };
  if (isRecord(segmentation)) return { kind: 'mask', box: box ?? { x: 0, y: 0, width: 0, height: 0 }, counts: segmentation };
  return box === null ? { kind: 'none' } : { kind: 'box', box };
}

function readBox(value: unknown): Box | null {
  if (!isNumbers(value)) return null;
  const [x, y, width, height] = value;
  return x === undefined || y === undefined || width === undefined || height === undefined ? null : { x, y, width, height };
}

function readKeypoints(flat: readonly number[]): readonly Keypoint[] {
  const points: Keypoint[] = [];
  for (let index = 0; index + 2 < flat.length; index += 3) {
    const seen = flat[index + 2];
    points.push({ x: flat[index] ?? 0, y: flat[index + 1] ?? 0, v: seen === 1 || seen === 2 ? seen : 0 });
  }
  return points;
}

/** The `after` of a change in `PATCH datasets/{id}/annotations/{image_id}`: the whole object without its id, which stands beside it. */
export function writeObject({ classId, geometry, attributes, source, score, rest }: LabelObject): JsonObject {
  const { number: _, ...kept } = rest;
  return {
    ...kept,
    class_id: classId,
    ...writeGeometry(geometry),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    source,
    ...(score === null ? {} : { score }),
  };
}

function writeGeometry(geometry: Geometry): JsonObject {
  switch (geometry.kind) {
    case 'none':
      return {};
    case 'box':
      return { bbox: listOf(geometry.box) };
    case 'polygon':
      // The API makes the box from the outline.
      return { segmentation: geometry.rings };
    case 'keypoints':
      return { bbox: listOf(geometry.box), keypoints: geometry.points.flatMap(({ x, y, v }) => [x, y, v]) };
    case 'mask':
      return { segmentation: geometry.counts };
  }
}

const listOf = ({ x, y, width, height }: Box): readonly number[] => [x, y, width, height];
