import { FindingCollector, type ConvertedDataset, type ConvertedImage, type ConversionNote, type NamedBytes, type TaskType } from '@app/dice-format';
import { ClassNotes } from './class-notes.js';
import { fitImage } from './fit-task.js';
import type { FormatCodec } from './format-codec.js';
import type { ImportedImage } from './model.js';
import { PhotoIndex } from './photo-index.js';
import { SourceTree, type SourceFile } from './source-tree.js';
import { TaskGuess } from './task-guess.js';

export interface ConvertFacts {
  readonly name: string;
  /** ISO 8601; a fixed one makes equal input give equal bytes. */
  readonly createdAt: string;
  /** Left out: what the labels look like. */
  readonly taskType?: TaskType;
}

/** A dataset in another form, whole in memory: for the command line and tests. What cannot be used is in its notes. */
export async function convert(files: readonly NamedBytes[], codec: FormatCodec, facts: ConvertFacts): Promise<ConvertedDataset> {
  const source = treeOfBytes(files);
  const notes = { findings: new FindingCollector(), classes: new ClassNotes() };
  const found: ImportedImage[] = [];
  const guess = new TaskGuess();
  for await (const image of codec.read(source, notes)) {
    found.push(image);
    guess.take(image);
  }
  const taskType = facts.taskType ?? guess.taskType;
  const classes = notes.classes.list.map(({ name }) => name);
  const told: ConversionNote[] = [...notes.findings.errors, ...notes.findings.warnings].map(({ entry, message, pointer }) => ({ path: entry ?? '', reason: pointer === undefined ? message : `${message} (${pointer})` }));
  const images = pairs(files, found, told).map(({ file, image }) => convertedImage(file, image, { taskType, classNames: classes, notes: told }));
  return { name: facts.name, createdAt: facts.createdAt, taskType, classNames: classes, images, notes: told };
}

/** Files in memory as a source. */
export const treeOfBytes = (files: readonly NamedBytes[]): SourceTree => new SourceTree(files.map(({ path, bytes }): SourceFile => ({ path, sizeBytes: bytes.length, open: () => once(bytes) })));

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

interface Pair {
  readonly file: NamedBytes;
  readonly image: ImportedImage;
}

/** Each image file with what is told of it. */
function pairs(files: readonly NamedBytes[], found: readonly ImportedImage[], notes: ConversionNote[]): Pair[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const photos = new PhotoIndex(byPath.keys());
  return found.flatMap((image) => {
    const file = byPath.get(photos.pathOf(image) ?? '');
    if (file !== undefined) return [{ file, image }];
    notes.push({ path: image.place.entry ?? image.name, reason: `The image ${image.name} is not there.` });
    return [];
  });
}

function convertedImage(file: NamedBytes, image: ImportedImage, { taskType, classNames, notes }: Pick<ConvertedDataset, 'taskType' | 'classNames'> & { readonly notes: ConversionNote[] }): ConvertedImage {
  const warn = (_: string, reason: string): unknown => notes.push({ path: file.path, reason });
  const classIdOf = (name: string): number => classNames.indexOf(name);
  return { file, split: image.split, labeled: image.status !== 'unlabeled', annotations: (size) => fitImage(image, { taskType, size, classIdOf, warn }).bodies };
}
