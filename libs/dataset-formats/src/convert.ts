import { FindingCollector, type ConvertedDataset, type ConvertedImage, type ConversionNote, type NamedBytes, type TaskType } from '@app/dice-format';
import { ClassNotes } from './class-notes.js';
import { fitImage } from './fit-task.js';
import type { FormatCodec } from './format-codec.js';
import type { ImportedImage } from './model.js';
import { isImagePath, SourceTree, type SourceFile } from './source-tree.js';
import { stemOf } from './text/unique-stems.js';

export interface ConvertFacts {
  readonly name: string;
  /** ISO 8601; a fixed one makes equal input give equal bytes. */
  readonly createdAt: string;
  /** Left out: what the labels look like. */
  readonly taskType?: TaskType;
}

/** The most specific task that the labels of a source have what it takes for; undefined when there are none. */
export function taskOf(images: readonly ImportedImage[]): TaskType {
  const any = { box: false, outline: false, keypoints: false };
  // Any size will do: it is asked what there is, not where.
  for (const image of images) {
    for (const { bbox, segmentation, keypoints, layer } of image.objectsIn({ width: 1000, height: 1000 })) {
      if (layer !== undefined) return 'semantic_segmentation';
      any.box ||= bbox !== undefined;
      any.outline ||= segmentation !== undefined;
      any.keypoints ||= keypoints !== undefined;
    }
  }
  if (any.keypoints) return 'pose_estimation';
  if (any.outline) return 'instance_segmentation';
  const isEmpty = images.some(({ noObject }) => noObject);
  return any.box || isEmpty ? 'object_detection' : 'image_classification';
}

/** A dataset in another form, whole in memory: for the command line and tests. What cannot be used is in its notes. */
export async function convert(files: readonly NamedBytes[], codec: FormatCodec, facts: ConvertFacts): Promise<ConvertedDataset> {
  const source = treeOfBytes(files);
  const notes = { findings: new FindingCollector(), classes: new ClassNotes() };
  const found: ImportedImage[] = [];
  for await (const image of codec.read(source, notes)) found.push(image);
  const taskType = facts.taskType ?? taskOf(found);
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
  const byName = new Map<string, NamedBytes>();
  for (const file of files) for (const name of namesOf(file.path)) if (!byName.has(name)) byName.set(name, file);
  return found.flatMap((image) => {
    const entry = image.place.entry ?? '';
    const file = (isImagePath(entry) ? byPath.get(entry) : undefined) ?? byName.get(image.stemOnly === true ? `stem ${image.name}` : image.name);
    if (file !== undefined) return [{ file, image }];
    notes.push({ path: image.place.entry ?? image.name, reason: `The image ${image.name} is not there.` });
    return [];
  });
}

/** The path, and what is left of it without its first folders, one after the other. */
function namesOf(path: string): string[] {
  const parts = path.split('/');
  const names = parts.map((_, index) => parts.slice(index).join('/'));
  return [...names, ...names.map((name) => `stem ${stemOf(name)}`)];
}

function convertedImage(file: NamedBytes, image: ImportedImage, { taskType, classNames, notes }: Pick<ConvertedDataset, 'taskType' | 'classNames'> & { readonly notes: ConversionNote[] }): ConvertedImage {
  const warn = (_: string, reason: string): unknown => notes.push({ path: file.path, reason });
  const classIdOf = (name: string): number => classNames.indexOf(name);
  return { file, split: image.split, labeled: image.status !== 'unlabeled', annotations: (size) => fitImage(image, { taskType, size, classIdOf, warn }).bodies };
}
