import { rleCounts, tightBox, type JsonObject } from '@app/dice-format';
import { boxOf, finiteOf, listOf, numbersOf, objectOf, ringsOf, sparse } from '../fields.js';
import type { FormatObject, Rings, RunLengths } from '../model.js';

export type ReportField = (code: string, message: string, field: string) => void;

/** The object of one element of `annotations`; undefined where something was reported. */
export function objectOfCoco(raw: JsonObject, className: string, report: ReportField): FormatObject | undefined {
  const segmentation = segmentationOf(raw['segmentation'], report);
  const keypoints = keypointsOf(raw['keypoints'], report);
  const bbox = bboxOf(raw['bbox'], segmentation ?? undefined, report);
  if (segmentation === null || keypoints === null || bbox === null) return undefined;
  const crowd = raw['iscrowd'] === 1 || raw['iscrowd'] === true;
  return sparse({ className, confidence: finiteOf(raw['score']), bbox, segmentation, keypoints, crowd, attributes: objectOf(raw['attributes']) });
}

type Read<T> = T | undefined | null;

function bboxOf(value: unknown, segmentation: Rings | RunLengths | undefined, report: ReportField): Read<FormatObject['bbox']> {
  if (value === undefined || value === null) return segmentation === undefined ? undefined : boxOf(tightBox(segmentation));
  const box = boxOf(value);
  if (box !== undefined && box[2] > 0 && box[3] > 0) return box;
  report('invalid-box', 'A bbox is x, y, width, height: finite numbers, width and height above zero.', 'bbox');
  return null;
}

function segmentationOf(value: unknown, report: ReportField): Read<Rings | RunLengths> {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  const read = objectOf(value) === undefined ? ringsOf(value) : runLengthsOf(objectOf(value) ?? {});
  if (read !== undefined) return read;
  report('invalid-segmentation', 'A segmentation is a list of polygons of at least three points, or run lengths.', 'segmentation');
  return null;
}

function runLengthsOf({ size, counts }: JsonObject): RunLengths | undefined {
  const [height, width, ...more] = numbersOf(size) ?? [];
  const runs = typeof counts === 'string' ? rleCounts(counts) : numbersOf(counts);
  if (height === undefined || width === undefined || more.length > 0 || runs === undefined) return undefined;
  return { size: [height, width], counts: runs };
}

function keypointsOf(value: unknown, report: ReportField): Read<readonly number[]> {
  if (value === undefined || value === null || listOf(value).length === 0) return undefined;
  const points = numbersOf(value);
  if (points !== undefined && points.length % 3 === 0) return points;
  report('invalid-keypoints', 'Keypoints are finite numbers x, y, v for each point.', 'keypoints');
  return null;
}
