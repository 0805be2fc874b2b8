import { contentHash, labelsDigest } from './content-hash.js';
import type { DiceClass } from './dice-class.js';
import type { LabelStatus, Split } from './image-labels.js';
import { isNumbers, type JsonObject } from './json-access.js';
import type { TaskType } from './task-type.js';

export interface DiceModelImage {
  readonly id: number;
  readonly fileName: string;
  /** Of the image bytes, hex. */
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly split: Split | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  /** Bodies without class_name, area and num_keypoints, which are derived here. */
  readonly annotations: readonly JsonObject[];
  /** `sha256` is of the row-major label map, hex; see labelMapSha256. */
  readonly mask?: { readonly file: string; readonly sha256: string };
}

export interface DiceModel {
  readonly datasetId: string;
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly lastModifiedAt: string;
  readonly classes: readonly DiceClass[];
  readonly images: readonly DiceModelImage[];
}

function boxArea(bbox: unknown): number | undefined {
  return Array.isArray(bbox) ? Number(bbox[2]) * Number(bbox[3]) : undefined;
}

/** Shoelace area of all rings; undefined for a run-length mask. */
function polygonArea(rings: unknown): number | undefined {
  if (!Array.isArray(rings)) return undefined;
  return rings.reduce((sum: number, ring: unknown) => sum + (isNumbers(ring) ? ringArea(ring) : 0), 0);
}

function ringArea(ring: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length;
    twice += (ring[at] ?? 0) * (ring[next + 1] ?? 0) - (ring[next] ?? 0) * (ring[at + 1] ?? 0);
  }
  return Math.abs(twice) / 2;
}

/** A body as label files show it: with class_name, bbox_format, area (pixels) and num_keypoints, which follow from the rest. */
export function writtenBody(annotation: JsonObject, names: Pick<ReadonlyMap<unknown, string>, 'get'>): JsonObject {
  const { bbox, keypoints } = annotation;
  return {
    ...annotation,
    class_name: names.get(annotation['class_id']),
    ...(bbox === undefined ? {} : { bbox_format: 'xywh', area: annotation['area'] ?? polygonArea(annotation['segmentation']) ?? boxArea(bbox) }),
    ...(Array.isArray(keypoints) ? { num_keypoints: keypoints.filter((value, at) => at % 3 === 2 && value !== 0).length } : {}),
  };
}

function bodyOf(image: DiceModelImage, model: DiceModel, names: ReadonlyMap<unknown, string>): JsonObject {
  if (model.taskType === 'semantic_segmentation') {
    return { annotation: image.mask === undefined ? null : { mask_file: image.mask.file, mask_format: 'indexed_png', num_classes: model.classes.length } };
  }
  const annotations = image.annotations.map((annotation) => writtenBody(annotation, names));
  return model.taskType === 'image_classification' && !model.multiLabel ? { annotation: annotations[0] ?? null } : { annotations };
}

function statisticsOf(model: DiceModel, names: ReadonlyMap<unknown, string>): { labeled: number; statistics: JsonObject } {
  const total = model.images.length;
  const labeled = model.images.filter((image) => image.status !== 'unlabeled').length;
  const distribution = new Map([...names.values()].map((name) => [name, 0]));
  let count = 0;
  for (const image of model.images) {
    count += image.mask === undefined ? image.annotations.length : 1;
    for (const { class_id: id } of image.annotations) distribution.set(names.get(id) ?? '', (distribution.get(names.get(id) ?? '') ?? 0) + 1);
  }
  const ratio = (value: number): number => (total === 0 ? 0 : value / total);
  const totals = { total_images: total, total_annotations: count, labeled_images: labeled, unlabeled_images: total - labeled };
  return { labeled, statistics: { ...totals, labeling_progress: ratio(labeled), avg_annotations_per_image: ratio(count), class_distribution: Object.fromEntries(distribution) } };
}

/** Writes the texts of annotations.json and meta.json for a dataset, head first so that readers can stream. */
export function writeDice(model: DiceModel): { annotations: string; meta: string } {
  const names = new Map<unknown, string>(model.classes.map(({ id, name }) => [id, name]));
  const hash = contentHash({ ...model, images: model.images.map((image) => ({ ...image, labelsDigest: labelsDigest(image.annotations, image.mask?.sha256) })) });
  const head = {
    ...{ format_version: '1.0', dataset_id: model.datasetId, dataset_name: model.name, task_type: model.taskType, version: model.version },
    ...{ content_hash: hash, last_modified_at: model.lastModifiedAt },
  };
  const { labeled, statistics } = statisticsOf(model, names);
  const splits = { train: 0, val: 0, test: 0 };
  for (const { split } of model.images) if (split !== null) splits[split] += 1;
  const images = model.images.map((image) => ({
    ...{ id: image.id, file_name: image.fileName, width: image.width, height: image.height, depth: image.depth, split: image.split },
    ...bodyOf(image, model, names),
    metadata: { status: image.status, ...(image.noObject ? { no_object: true } : {}) },
  }));
  const classes = model.classes.map(({ id, name, color, details }) => ({ id, name, color, ...details }));
  const multi = model.multiLabel ? { multi_label: true } : {};
  const annotations = { ...head, created_at: model.createdAt, ...multi, classes, splits, statistics, images };
  return { annotations: JSON.stringify(annotations), meta: JSON.stringify({ ...head, total_images: images.length, labeled_images: labeled, num_classes: classes.length }) };
}
