import { DomainError } from '@app/kernel';
import { CanonicalLabels } from './canonical-labels.js';
import { contentHash, labelsDigest } from './content-hash.js';
import type { DiceClass } from './dice-class.js';
import type { ImageLabels, LabelStatus, Split } from './image-labels.js';
import type { JsonObject } from './json-access.js';
import type { TaskType } from './task-type.js';
import { imagePath } from './training-labels.js';
import { withDerivedFields } from './written-shape.js';

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
  /** `sha256`: of the row-major pixels, hex. A mask that shows nothing is none; the image has `noObject` then. */
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

/** An image as it will be read: what is hashed, and what is written. */
interface Written {
  readonly labels: ImageLabels;
  readonly digest: string;
  readonly raw: JsonObject;
}

function bodyOf(image: DiceModelImage, annotations: readonly JsonObject[], model: DiceModel): JsonObject {
  if (model.taskType === 'semantic_segmentation') {
    return { annotation: image.mask === undefined ? null : { mask_file: image.mask.file, mask_format: 'indexed_png', num_classes: model.classes.length } };
  }
  return model.taskType === 'image_classification' && !model.multiLabel ? { annotation: annotations[0] ?? null } : { annotations };
}

function rawOf(image: DiceModelImage, labels: Pick<ImageLabels, 'status' | 'noObject' | 'annotations'>, model: DiceModel): JsonObject {
  return {
    ...{ id: image.id, file_name: image.fileName, width: image.width, height: image.height, depth: image.depth, split: image.split },
    ...bodyOf(image, labels.annotations, model),
    metadata: { status: labels.status, ...(labels.noObject ? { no_object: true } : {}) },
  };
}

function writtenImage(image: DiceModelImage, pointer: string, context: { model: DiceModel; canonical: CanonicalLabels }): Written | undefined {
  const { model, canonical } = context;
  if (model.taskType === 'image_classification' && !model.multiLabel && image.annotations.length > 1) {
    canonical.findings.error('several-labels', 'An image has several labels and the dataset is not multi-label.', { pointer });
  }
  const labels = canonical.read(rawOf(image, image, model), pointer);
  if (labels === undefined) return undefined;
  const annotations = numbered(labels.annotations, model).map((annotation) => withDerivedFields(annotation, canonical.nameOf(annotation['class_id'])));
  return { labels, digest: labelsDigest(labels.annotations, image.mask?.sha256), raw: rawOf(image, { ...labels, annotations }, model) };
}

/** Objects carry an id; one that has none gets the next free number. */
function numbered(annotations: readonly JsonObject[], model: DiceModel): readonly JsonObject[] {
  if (model.taskType === 'image_classification') return annotations;
  let last = annotations.reduce((most, { id }) => (typeof id === 'number' ? Math.max(most, id) : most), 0);
  return annotations.map((annotation) => (annotation['id'] === null ? { ...annotation, id: (last += 1) } : annotation));
}

function statisticsOf(images: readonly Written[], classes: readonly DiceClass[]): { labeled: number; statistics: JsonObject } {
  const total = images.length;
  const labeled = images.filter(({ labels }) => labels.status !== 'unlabeled').length;
  const perClass = new Map(classes.map(({ id }) => [id, 0]));
  let count = 0;
  for (const { labels } of images) {
    count += labels.maskFile === undefined ? labels.annotations.length : 1;
    for (const { class_id: id } of labels.annotations) perClass.set(Number(id), (perClass.get(Number(id)) ?? 0) + 1);
  }
  const ratio = (value: number): number => (total === 0 ? 0 : value / total);
  const distribution = Object.fromEntries(classes.map(({ id, name }) => [name, perClass.get(id) ?? 0]));
  const totals = { total_images: total, total_annotations: count, labeled_images: labeled, unlabeled_images: total - labeled };
  return { labeled, statistics: { ...totals, labeling_progress: ratio(labeled), avg_annotations_per_image: ratio(count), class_distribution: distribution } };
}

function hashOf(model: DiceModel, images: readonly Written[], classes: readonly DiceClass[]): string {
  const byImage = images.map(({ labels, digest }, at) => {
    const { sha256 = '', width = 0, height = 0 } = model.images[at] ?? {};
    return { fileName: imagePath(labels.fileName), sha256, width, height, split: labels.split, status: labels.status, noObject: labels.noObject, labelsDigest: digest };
  });
  return contentHash({ taskType: model.taskType, multiLabel: model.multiLabel, classes, images: byImage });
}

/**
 * Writes the texts of annotations.json and meta.json for a dataset, head first so that readers can stream. Labels are written in the form in which a
 * reader will know them, so that the content hash is the one that the reader computes.
 * @throws DomainError `validation-failed` when a reader would refuse the labels.
 */
export function writeDice(model: DiceModel): { annotations: string; meta: string } {
  const canonical = new CanonicalLabels(model.taskType, model.classes);
  const written = model.images.flatMap((image, index) => writtenImage(image, `/images/${index}`, { model, canonical }) ?? []);
  if (canonical.findings.errorsTotal > 0) {
    throw new DomainError('validation-failed', `The dataset cannot be written: its labels have ${canonical.findings.errorsTotal} errors.`, { findings: canonical.findings.errors });
  }
  const head = {
    ...{ format_version: '1.0', dataset_id: model.datasetId, dataset_name: model.name, task_type: model.taskType, version: model.version },
    ...{ content_hash: hashOf(model, written, canonical.classes), last_modified_at: model.lastModifiedAt },
  };
  const { labeled, statistics } = statisticsOf(written, canonical.classes);
  const splits = { train: 0, val: 0, test: 0 };
  for (const { labels } of written) if (labels.split !== null) splits[labels.split] += 1;
  const classes = canonical.classes.map(({ id, name, color, details }) => ({ id, name, color, ...details }));
  const multi = model.multiLabel ? { multi_label: true } : {};
  const annotations = { ...head, created_at: model.createdAt, ...multi, classes, splits, statistics, images: written.map(({ raw }) => raw) };
  return { annotations: JSON.stringify(annotations), meta: JSON.stringify({ ...head, total_images: written.length, labeled_images: labeled, num_classes: classes.length }) };
}
