import { DomainError } from '@app/kernel';
import { parse } from 'yaml';
import { listOf, numbersOf, objectOf } from '../fields.js';
import { smallText, type SourceFile, type SourceTree } from '../source-tree.js';
import type { KeypointShape } from './yolo-lines.js';

export interface YoloSettings {
  /** By the number in the label files; undefined where a number has no name. */
  readonly names: readonly (string | undefined)[];
  readonly keypoints: KeypointShape;
  /** Names of keypoints where they are told. */
  readonly keypointNames: readonly string[];
}

const MOST_NAMES = 10_000;

/** Names and form from data.yaml (Ultralytics), or names from a `.names` file or classes.txt, a line a class (Darknet). */
export async function yoloSettings(source: SourceTree): Promise<YoloSettings> {
  const yaml = source.withExtension('yaml', 'yml')[0];
  if (yaml !== undefined) return settingsOf(yaml, await smallText(yaml));
  const list = source.withExtension('names')[0] ?? source.files.find(({ path }) => /(^|\/)classes\.txt$/.test(path));
  const names = list === undefined ? [] : (await smallText(list)).split('\n').map((line) => line.trim());
  while (names.at(-1) === '') names.pop();
  return { names: names.slice(0, MOST_NAMES), keypoints: null, keypointNames: [] };
}

function settingsOf(file: SourceFile, text: string): YoloSettings {
  const raw = objectOf(parsed(file, text)) ?? {};
  const [points, dimensions] = numbersOf(raw['kpt_shape']) ?? [];
  const isShape = Number.isSafeInteger(points) && Number(points) >= 1 && Number(points) <= 1000 && (dimensions === 2 || dimensions === 3);
  return {
    names: namesOf(raw['names']),
    keypoints: isShape ? [Number(points), Number(dimensions)] : null,
    keypointNames: listOf(raw['kpt_names'] ?? Object.values(objectOf(raw['kpt_names']) ?? {})[0]).filter((name): name is string => typeof name === 'string'),
  };
}

/** A list, or an object from number to name. */
function namesOf(value: unknown): (string | undefined)[] {
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(objectOf(value) ?? {}).map(([key, name]) => [Number(key), name] as const);
  const names: (string | undefined)[] = [];
  for (const [index, name] of entries) {
    if (Number.isSafeInteger(index) && index >= 0 && index < MOST_NAMES && (typeof name === 'string' || typeof name === 'number')) names[index] = String(name);
  }
  return Array.from(names);
}

function parsed(file: SourceFile, text: string): unknown {
  try {
    // Aliases can make a few bytes a gigabyte; label settings have none.
    return parse(text, { maxAliasCount: 10, logLevel: 'error' });
  } catch (error) {
    const message = 'The YAML cannot be read.';
    throw new DomainError('validation-failed', message, { cause: error, findings: [{ code: 'yaml-syntax', message, entry: file.path }] });
  }
}
