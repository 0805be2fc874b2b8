import { createHash } from 'node:crypto';
import { CanonicalLabels } from './canonical-labels.js';
import { PALETTE, type DiceClass } from './dice-class.js';
import { sniffImage } from './image-header.js';
import type { Split } from './image-labels.js';
import type { JsonObject } from './json-access.js';
import type { TaskType } from './task-type.js';
import { writeDice, type DiceModelImage } from './write-dice.js';

/** A file of a dataset in another form. `path` is relative to its root, POSIX. */
export interface NamedBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a converter could not use, and why. */
export interface ConversionNote {
  readonly path: string;
  readonly reason: string;
}

export interface Conversion {
  /** Everything that goes into the zip, images first. */
  readonly entries: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly notes: readonly ConversionNote[];
}

/** An image with its labels as a converter found them. Sizes are of the upright image, pixels. */
export interface ConvertedImage {
  readonly file: NamedBytes;
  readonly split: Split | null;
  readonly labeled: boolean;
  /** Asked once an image; what it finds wrong goes to the notes of the dataset. */
  readonly annotations: (size: { readonly width: number; readonly height: number }) => readonly JsonObject[];
}

export interface ConvertedDataset {
  readonly name: string;
  readonly taskType: TaskType;
  readonly classNames: readonly string[];
  readonly images: readonly ConvertedImage[];
  readonly notes: readonly ConversionNote[];
  /** ISO 8601; a fixed one makes equal input give equal bytes. */
  readonly createdAt: string;
}

/** The package: images under new names `images/000001.jpg`, in the order given, then the two JSON files. */
export function toDicePackage(dataset: ConvertedDataset): Conversion {
  const notes: ConversionNote[] = [];
  const classes = dataset.classNames.map((className, id): DiceClass => ({ id, name: className, color: PALETTE[id % PALETTE.length] ?? '#808080', details: {} }));
  const canonical = new CanonicalLabels(dataset.taskType, classes);
  const images: DiceModelImage[] = [];
  const entries: { name: string; bytes: Uint8Array }[] = [];
  for (const image of dataset.images) {
    const sniffed = sniffImage(image.file.bytes);
    if (!sniffed.ok) {
      notes.push({ path: image.file.path, reason: sniffed.message });
      continue;
    }
    const id = images.length + 1;
    const fileName = `images/${String(id).padStart(6, '0')}.${sniffed.format === 'jpeg' ? 'jpg' : sniffed.format}`;
    const found = image.annotations(sniffed);
    const annotations = usable(found, { canonical, size: sniffed, path: image.file.path, notes });
    // A label that is not usable does not say that the image is empty.
    const labeled = image.labeled && (found.length === 0 || annotations.length > 0);
    images.push({
      id,
      fileName,
      sha256: createHash('sha256').update(image.file.bytes).digest('hex'),
      width: sniffed.width,
      height: sniffed.height,
      depth: sniffed.channels,
      split: image.split,
      status: labeled ? 'labeled' : 'unlabeled',
      noObject: labeled && annotations.length === 0,
      annotations,
    });
    entries.push({ name: fileName, bytes: image.file.bytes });
  }
  const { createdAt, name, taskType } = dataset;
  const written = writeDice({ datasetId: 'local', name, taskType, multiLabel: false, version: 1, createdAt, lastModifiedAt: createdAt, classes, images });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return { entries: [...entries, { name: 'annotations.json', bytes: text(written.annotations) }, { name: 'meta.json', bytes: text(written.meta) }], notes: [...dataset.notes, ...notes] };
}

interface Found {
  readonly canonical: CanonicalLabels;
  readonly size: { readonly width: number; readonly height: number };
  readonly path: string;
  readonly notes: ConversionNote[];
}

/** Leaves out, with a note, what the format refuses: one bad box of a foreign tool should not cost the conversion. */
function usable(annotations: readonly JsonObject[], { canonical, size, path, notes }: Found): readonly JsonObject[] {
  return annotations.filter((annotation, index) => {
    const problem = canonical.problemOf({ id: 1, file_name: path, width: size.width, height: size.height, annotations: [annotation] });
    if (problem !== undefined) notes.push({ path, reason: `Object ${index + 1} was left out: ${problem}` });
    return problem === undefined;
  });
}
