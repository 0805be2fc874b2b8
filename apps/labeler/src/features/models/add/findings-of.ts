import { problemOf } from '../../../api/problem.js';
import type { Finding } from '../../../api/types.js';

/** Where on the page a finding belongs. */
export type FindingPlace = 'file' | 'name' | 'outputs' | 'size' | 'preprocessing' | 'form';

/** What looking into the file found has no pointer; what it is about decides. */
const BY_CODE: Readonly<Record<string, FindingPlace>> = {
  'not-a-model': 'file',
  'wrong-inputs': 'file',
  'missing-output': 'file',
  'wrong-content': 'file',
  'too-costly': 'file',
  'wrong-output': 'outputs',
  'does-not-run': 'size',
};
const BY_POINTER: readonly (readonly [string, FindingPlace])[] = [
  ['/size_bytes', 'file'],
  ['/name', 'name'],
  ['/adapter/classes', 'outputs'],
  ['/adapter/input_size', 'size'],
  ['/adapter/preprocessing', 'preprocessing'],
];

export function placeOf({ code, pointer }: Pick<Finding, 'code' | 'pointer'>): FindingPlace {
  const found = pointer === undefined ? undefined : BY_POINTER.find(([start]) => pointer.startsWith(start))?.[1];
  return found ?? BY_CODE[code] ?? 'form';
}

/** The server's findings by their place; none where the error is of another kind. */
export function findingsOf(error: unknown): ReadonlyMap<FindingPlace, readonly Finding[]> {
  const places = new Map<FindingPlace, Finding[]>();
  for (const finding of error === null ? [] : problemOf(error).errors) {
    const place = placeOf(finding);
    places.set(place, [...(places.get(place) ?? []), finding]);
  }
  return places;
}

/** Which output a finding is about, counted from 0; null: all of them. */
export function outputOf({ pointer }: Pick<Finding, 'pointer'>): number | null {
  const found = /^\/adapter\/classes\/(\d+)/.exec(pointer ?? '');
  return found === null ? null : Number(found[1]);
}
