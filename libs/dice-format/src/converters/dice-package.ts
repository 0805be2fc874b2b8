import { createHash } from 'node:crypto';
import { PALETTE } from '../dice-class.js';
import { sniffImage } from '../image-header.js';
import type { Split } from '../image-labels.js';
import type { JsonObject } from '../json-access.js';
import type { TaskType } from '../task-type.js';
import { writeDice, type DiceModelImage } from '../write-dice.js';
import type { Conversion, ConversionNote, SourceFile } from './source-file.js';

/** An image with its labels as a converter found them. Sizes are of the upright image, pixels. */
export interface ConvertedImage {
  readonly file: SourceFile;
  readonly split: Split | null;
  readonly labeled: boolean;
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
  const notes = [...dataset.notes];
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
    const annotations = image.annotations(sniffed);
    images.push({
      id,
      fileName,
      sha256: createHash('sha256').update(image.file.bytes).digest('hex'),
      width: sniffed.width,
      height: sniffed.height,
      depth: sniffed.channels,
      split: image.split,
      status: image.labeled ? 'labeled' : 'unlabeled',
      noObject: image.labeled && annotations.length === 0,
      annotations,
    });
    entries.push({ name: fileName, bytes: image.file.bytes });
  }
  const { createdAt, name, taskType } = dataset;
  const classes = dataset.classNames.map((className, id) => ({ id, name: className, color: PALETTE[id % PALETTE.length] ?? '#808080', details: {} }));
  const written = writeDice({ datasetId: 'local', name, taskType, multiLabel: false, version: 1, createdAt, lastModifiedAt: createdAt, classes, images });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return { entries: [...entries, { name: 'annotations.json', bytes: text(written.annotations) }, { name: 'meta.json', bytes: text(written.meta) }], notes };
}
