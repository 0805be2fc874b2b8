import type { LossCode, WriteReport } from './format-codec.js';
import type { Holds } from './holds.js';
import { isRings, type ExportedDataset, type ExportedImage, type FormatObject } from './model.js';
import { textOfValue } from './text/scalar-text.js';

export const LOSS_SENTENCES: Readonly<Record<LossCode, string>> = {
  attributes: 'Attributes of an object were left out: the format has no place for them.',
  'attribute-values': 'A value of an attribute was left out or becomes another one: the format knows texts only.',
  confidence: 'A confidence other than 1 was left out.',
  crowd: 'The mark of a crowd was left out.',
  'several-rings': 'An object of several polygons became several objects.',
  'run-lengths': 'An object with a pixel mask was left out, or only its box was written.',
  polygons: 'Of an object with polygons only the box was written.',
  keypoints: 'Of an object with keypoints only the box was written.',
  'keypoints-padded': 'Absent keypoints were added: the format wants as many for every class.',
  'ignored-pixels': 'Pixels to ignore were left out.',
  'no-object': 'That an image was looked at and is empty was left out.',
  unlabeled: 'An image that nobody has labeled looks like one that was looked at and is empty.',
  split: 'The split was left out.',
  reviewed: 'That labels were reviewed was left out.',
  'class-color': 'The colour of a class was left out.',
  'class-details': 'Supercategory, keypoint names or skeleton of a class were left out.',
  'class-id': 'A class has another id in the export; see class_map.',
  'file-renamed': 'An image has another name in the export: two would have the same label file.',
  'image-left-out': 'An image was left out: the format knows images by their class, and it has none.',
  'several-labels': 'Only the first of several classes of an image was written.',
};

const MOST_EXAMPLES = 5;

export interface Loss {
  readonly code: LossCode;
  readonly message: string;
  readonly count: number;
  /** The first ones: a file name, with the place of the object in it, or a class. */
  readonly examples: readonly string[];
}

/** What an export loses: how often, and the first examples. */
export class LossReport implements WriteReport {
  private readonly byCode = new Map<LossCode, { count: number; examples: string[] }>();
  images = 0;
  objects = 0;

  lose(code: LossCode, place: string): void {
    const known = this.byCode.get(code) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < MOST_EXAMPLES) known.examples.push(place);
    this.byCode.set(code, known);
  }

  get losses(): readonly Loss[] {
    return [...this.byCode].map(([code, { count, examples }]) => ({ code, message: LOSS_SENTENCES[code], count, examples }));
  }
}

/** The dataset, whose losses are counted while its images are read for the first time. */
export function counted(dataset: ExportedDataset, holds: Holds, report: LossReport): ExportedDataset {
  let isFirst = true;
  for (const [index, { id, name, color: _, details }] of dataset.classes.entries()) {
    if (!holds.classIds && id !== index) report.lose('class-id', name);
    if (!holds.classColor) report.lose('class-color', name);
    if (!holds.classDetails && Object.keys(details).length > 0) report.lose('class-details', name);
  }
  const images = async function* (): AsyncIterable<ExportedImage> {
    const counts = isFirst;
    isFirst = false;
    for await (const image of dataset.images()) {
      if (counts) countImage(image, holds, report);
      yield image;
    }
  };
  return { ...dataset, images };
}

function countImage(image: ExportedImage, holds: Holds, report: LossReport): void {
  report.images += 1;
  report.objects += image.objects.length;
  if (!holds.split && image.split !== null) report.lose('split', image.fileName);
  if (!holds.reviewed && image.status === 'reviewed') report.lose('reviewed', image.fileName);
  if (!holds.emptiness && image.noObject) report.lose('no-object', image.fileName);
  image.objects.forEach((object, index) => countObject(object, { holds, lose: (code) => report.lose(code, `${image.fileName}#/${index}`) }));
}

interface Counting {
  readonly holds: Holds;
  readonly lose: (code: LossCode) => void;
}

function countObject(object: FormatObject, { holds, lose }: Counting): void {
  const { attributes = {}, confidence = 1 } = object;
  countAttributes(Object.values(attributes), { holds, lose });
  if (!holds.confidence && confidence !== 1) lose('confidence');
  if (!holds.crowd && object.crowd === true) lose('crowd');
  if (!holds.keypoints && object.keypoints !== undefined) lose('keypoints');
  if (object.layer !== undefined && object.className === '') lose('ignored-pixels');
  countShape(object, { holds, lose });
}

function countAttributes(values: readonly unknown[], { holds, lose }: Counting): void {
  if (holds.attributes === 'none' && values.length > 0) lose('attributes');
  if (holds.attributes === 'scalar' && values.some((value) => textOfValue(value) === undefined)) lose('attribute-values');
}

function countShape({ segmentation }: FormatObject, { holds, lose }: Counting): void {
  if (segmentation === undefined) return;
  if (!isRings(segmentation)) return holds.runLengths ? undefined : lose('run-lengths');
  if (!holds.polygons) lose('polygons');
  else if (!holds.severalRings && segmentation.length > 1) lose('several-rings');
}

