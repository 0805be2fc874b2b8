import type { JsonObject } from '../json-access.js';
import type { ConvertedDataset, ConvertedImage } from './dice-package.js';
import { isImagePath, splitOfFolder, type ConversionNote, type SourceFile } from './source-file.js';

interface YoloObject {
  readonly classId: number;
  /** Fractions of the image: centre x, centre y, width, height, or the points of a polygon. */
  readonly numbers: readonly number[];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * `images/[split/]name.jpg` beside `labels/[split/]name.txt`, a line an object: class and four numbers (boxes) or class and a polygon. All in one
 * form makes the task. Names of classes: `names` in data.yaml if given, else `class 0` and so on.
 */
export function fromYolo(files: readonly SourceFile[], facts: { readonly name: string; readonly createdAt: string; readonly classNames?: readonly string[] }): ConvertedDataset {
  const notes: ConversionNote[] = [];
  const labels = new Map(files.filter((file) => /(^|\/)labels\/.*\.txt$/.test(file.path)).map((file) => [stemOf(file.path), file]));
  const parsed = new Map([...labels].map(([stem, file]) => [stem, parseLabels(file, notes)]));
  const all = [...parsed.values()].flat();
  const polygons = all.some((one) => one.numbers.length > 4);
  const highest = all.reduce((most, one) => Math.max(most, one.classId), -1);
  const classNames = Array.from({ length: Math.max(highest + 1, facts.classNames?.length ?? 0) }, (_, id) => facts.classNames?.[id] ?? `class ${id}`);
  const images = files
    .filter((file) => isImagePath(file.path))
    .map((file): ConvertedImage => {
      const objects = parsed.get(stemOf(file.path));
      const split = splitOfFolder(file.path.split('/').at(-2) ?? '');
      return { file, split, labeled: objects !== undefined, annotations: (size) => (objects ?? []).map((one, index) => annotationOf(one, { size, polygons, id: index + 1 })) };
    });
  return { name: facts.name, createdAt: facts.createdAt, taskType: polygons ? 'instance_segmentation' : 'object_detection', classNames, images, notes };
}

const stemOf = (path: string): string => path.replace(/(^|\/)(images|labels)\//, '$1').replace(/\.[^./]+$/, '');

function parseLabels(file: SourceFile, notes: ConversionNote[]): YoloObject[] {
  const objects: YoloObject[] = [];
  const lines = new TextDecoder().decode(file.bytes).split('\n').map((line) => line.trim());
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const [classId = Number.NaN, ...numbers] = line.split(/\s+/).map(Number);
    const usable = Number.isInteger(classId) && classId >= 0 && numbers.every(Number.isFinite) && (numbers.length === 4 || (numbers.length >= 6 && numbers.length % 2 === 0));
    if (usable) objects.push({ classId, numbers });
    else notes.push({ path: file.path, reason: `Line ${index + 1} is neither a box nor a polygon.` });
  }
  return objects;
}

function annotationOf(one: YoloObject, context: { readonly size: Size; readonly polygons: boolean; readonly id: number }): JsonObject {
  const { size, id } = context;
  const shared = { id, class_id: one.classId, iscrowd: 0, attributes: {} };
  if (one.numbers.length === 4) {
    const bbox = boxOf(one.numbers, size);
    return context.polygons ? { ...shared, bbox, segmentation: [corners(bbox)] } : { ...shared, bbox };
  }
  const ring = one.numbers.map((value, index) => clamp(value, 1) * (index % 2 === 0 ? size.width : size.height));
  const xs = ring.filter((_, index) => index % 2 === 0);
  const ys = ring.filter((_, index) => index % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { ...shared, bbox: [left, top, Math.max(...xs) - left, Math.max(...ys) - top], segmentation: [ring] };
}

function boxOf([x = 0, y = 0, width = 0, height = 0]: readonly number[], size: Size): [number, number, number, number] {
  const [left, right] = [clamp(x - width / 2, 1) * size.width, clamp(x + width / 2, 1) * size.width];
  const [top, bottom] = [clamp(y - height / 2, 1) * size.height, clamp(y + height / 2, 1) * size.height];
  return [left, top, right - left, bottom - top];
}

const corners = ([x, y, width, height]: readonly [number, number, number, number]): number[] => [x, y, x + width, y, x + width, y + height, x, y + height];
const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
