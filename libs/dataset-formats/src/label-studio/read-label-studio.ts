import type { JsonObject } from '@app/dice-format';
import { finiteOf, listOf, objectOf, pixelsOf } from '../fields.js';
import type { ReadNotes } from '../format-codec.js';
import type { ImportedImage } from '../model.js';
import { placed, type SourceFile, type SourceTree } from '../source-tree.js';
import { isSplit } from '../text/split-names.js';
import { streamArray } from '../text/stream-array.js';
import { resultOf, type LabelStudioResult } from './label-studio-result.js';
import { imageNameOf } from './image-name.js';

const LIMITS = { maxElementBytes: 64 * 2 ** 20 };

/** Tasks of an export, one by one. Of several annotations of a task the first that was not cancelled counts; predictions do not. */
export async function* readLabelStudio(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage> {
  for (const file of source.withExtension('json')) {
    if (file.path.endsWith('export-report.json')) continue;
    try {
      for await (const { element, index } of streamArray(file.open(), { ...LIMITS, signal: notes.signal })) yield* imageOf(element, { file, notes, pointer: `/${index}` });
    } catch (error) {
      throw placed(error, file.path);
    }
  }
}

interface Reading {
  readonly file: SourceFile;
  readonly notes: ReadNotes;
  readonly pointer: string;
}

function* imageOf(element: unknown, { file, notes, pointer }: Reading): Iterable<ImportedImage> {
  const task = objectOf(element) ?? {};
  const data = objectOf(task['data']) ?? {};
  const name = imageNameOf(data);
  const place = { entry: file.path, pointer };
  if (name === undefined) return notes.findings.error('required', 'The data of a task name an image.', { ...place, pointer: `${pointer}/data` });
  const all = listOf(task['annotations'] ?? task['completions']).map((one) => objectOf(one) ?? {});
  const at = all.findIndex((one) => one['was_cancelled'] !== true);
  const raw = listOf(all[at]?.['result']);
  if (all.length > 1) notes.findings.warn('several-annotations', 'Of several annotations of a task only the first was read.', { ...place, pointer: `${pointer}/annotations` });
  const results = raw.flatMap((result, index) => readOf(result, { file, notes, pointer: `${pointer}/annotations/${at}/result/${index}` }));
  const size = sizeIn(raw);
  const split = splitIn(data);
  const isLabeled = results.length > 0 || (at >= 0 && raw.length === 0);
  yield { name, ...size, split, status: isLabeled ? 'labeled' : 'unlabeled', noObject: isLabeled && raw.length === 0, place, objectsIn: (upright) => results.flatMap((make) => make(upright)) };
}

function readOf(result: unknown, { file, notes, pointer }: Reading): LabelStudioResult[] {
  const read = resultOf(objectOf(result) ?? {}, {
    error: (code, message, field) => notes.findings.error(code, message, { entry: file.path, pointer: pointer + field }),
    warn: (code, message) => notes.findings.warn(code, message, { entry: file.path, pointer }),
  });
  for (const name of read?.classNames ?? []) notes.classes.count(name);
  return read === undefined ? [] : [read.objectsIn];
}

function splitIn({ split }: JsonObject): ImportedImage['split'] {
  return typeof split === 'string' && isSplit(split) ? split : null;
}

function sizeIn(results: readonly unknown[]): { width?: number; height?: number } {
  const first: JsonObject = objectOf(results[0]) ?? {};
  return { width: pixelsOf(finiteOf(first['original_width'])), height: pixelsOf(finiteOf(first['original_height'])) };
}

