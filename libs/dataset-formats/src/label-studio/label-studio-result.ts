import type { JsonObject, PixelSize } from '@app/dice-format';
import { boxAround, finiteOf, listOf, objectOf, pairsOf, stringOf } from '../fields.js';
import type { FormatObject } from '../model.js';

/** The objects of one result in an image of this size. */
export type LabelStudioResult = (size: PixelSize) => readonly FormatObject[];

export interface ResultReport {
  error(code: string, message: string, field: string): void;
  warn(code: string, message: string): void;
}

interface Read {
  readonly classNames: readonly string[];
  readonly objectsIn: LabelStudioResult;
}

/** Undefined where something was reported. */
export function resultOf(result: JsonObject, report: ResultReport): Read | undefined {
  const type = stringOf(result['type']) ?? '';
  const value = objectOf(result['value']) ?? {};
  const names = listOf(value[type]).filter((name): name is string => typeof name === 'string' && name !== '');
  const score = finiteOf(result['score']);
  const confidence = score === undefined || score === 1 ? {} : { confidence: score };
  switch (type) {
    case 'choices':
      return { classNames: names, objectsIn: () => names.map((className) => ({ className, ...confidence })) };
    case 'rectanglelabels':
      return rectangle({ value, name: names[0], confidence }, report);
    case 'polygonlabels':
      return polygon({ value, name: names[0], confidence }, report);
    default:
      report.warn('unsupported-shape', `A result of type ${type.slice(0, 40) || '?'} was left out: there is no task for it.`);
      return undefined;
  }
}

interface Drawn {
  readonly value: JsonObject;
  readonly name: string | undefined;
  readonly confidence: { readonly confidence?: number };
}

function rectangle({ value, name, confidence }: Drawn, report: ResultReport): Read | undefined {
  const [x, y, width, height, rotation] = ['x', 'y', 'width', 'height', 'rotation'].map((key) => finiteOf(value[key]));
  if (name === undefined) return noClass(report);
  if (x === undefined || y === undefined || width === undefined || height === undefined || width <= 0 || height <= 0) {
    report.error('invalid-box', 'A rectangle has x, y, width and height, finite numbers, width and height above zero.', '/value');
    return undefined;
  }
  if (rotation !== undefined && rotation !== 0) {
    report.error('unsupported-shape', 'A rotated rectangle has no place in any task.', '/value/rotation');
    return undefined;
  }
  return { classNames: [name], objectsIn: (size) => [{ className: name, bbox: [(x * size.width) / 100, (y * size.height) / 100, (width * size.width) / 100, (height * size.height) / 100], ...confidence }] };
}

function polygon({ value, name, confidence }: Drawn, report: ResultReport): Read | undefined {
  const points = pairsOf(value['points']);
  if (name === undefined) return noClass(report);
  if (points === undefined || points.length < 6) {
    report.error('invalid-polygon', 'A polygon has at least three points of finite numbers.', '/value/points');
    return undefined;
  }
  const ringIn = (size: PixelSize): number[] => points.map((one, at) => (one * (at % 2 === 0 ? size.width : size.height)) / 100);
  return { classNames: [name], objectsIn: (size) => [{ className: name, bbox: boxAround(ringIn(size)), segmentation: [ringIn(size)], ...confidence }] };
}

function noClass(report: ResultReport): undefined {
  report.error('no-class', 'A result has a label.', '/value');
  return undefined;
}
