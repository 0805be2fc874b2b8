import type { ExportedDataset, ExportedHead, ExportedImage, FormatObject } from '@app/dataset-formats';
import type { LiveObject } from '@app/dice-format';
import type { CutLabels, DatasetCut } from '../../annotation/index.js';

/** Pixels to ignore in a semantic mask; formats know them by the empty name. */
const IGNORE_CLASS = -1;

/** A cut as the writers of formats see it. */
export function exportedDataset(cut: DatasetCut): ExportedDataset {
  const { name, taskType, multiLabel, classes } = cut.facts;
  const names = new Map<number, string>([[IGNORE_CLASS, ''], ...classes.map((one) => [one.id, one.name] as const)]);
  const images = async function* (): AsyncIterable<ExportedImage> {
    for await (const labels of cut.labels()) yield exportedImage(labels, names);
  };
  const heads = async function* (): AsyncIterable<ExportedHead> {
    for await (const { number: id, ...head } of cut.heads()) yield { id, ...head };
  };
  return { name, taskType, multiLabel, classes, images, heads };
}

export function exportedImage({ number, fileName, width, height, depth, split, status, noObject, objects }: CutLabels, names: ReadonlyMap<number, string>): ExportedImage {
  return { id: number, fileName, width, height, depth, split, status, noObject, objects: objects.map((object) => formatObject(object, names.get(object.class_id) ?? '')) };
}

function formatObject({ confidence, bbox, segmentation, keypoints, iscrowd, attributes, counts }: LiveObject, className: string): FormatObject {
  return {
    className,
    ...(confidence === undefined ? {} : { confidence }),
    ...(bbox === undefined ? {} : { bbox: [bbox[0] ?? 0, bbox[1] ?? 0, bbox[2] ?? 0, bbox[3] ?? 0] }),
    ...(segmentation === undefined ? {} : { segmentation }),
    ...(keypoints === undefined ? {} : { keypoints }),
    ...(iscrowd === 1 ? { crowd: true } : {}),
    ...(attributes === undefined ? {} : { attributes }),
    ...(counts === undefined ? {} : { layer: counts }),
  };
}
