import type { FindingCollector, TaskType } from '@app/dice-format';
import type { ClassNotes } from './class-notes.js';
import type { Holds } from './holds.js';
import type { ExportedDataset, ExportedImage, ImportedImage } from './model.js';
import type { SourceTree } from './source-tree.js';

export const FORMAT_NAMES = ['dice', 'coco', 'yolo', 'voc', 'labelme', 'cvat', 'label-studio'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** What a reader tells besides the images. */
export interface ReadNotes {
  readonly findings: FindingCollector;
  readonly classes: ClassNotes;
  /** COCO: of which kind of label file the objects are wanted, where there are several. */
  readonly firstKind?: 'instances' | 'person_keypoints' | 'labels' | 'stuff';
  readonly signal?: AbortSignal;
}

/** A file of an export. `whole` ones are small; `streamed` ones may be of any size and can be read more than once. */
export type WrittenFile = { readonly name: string; readonly kind: 'whole'; readonly text: string } | { readonly name: string; readonly kind: 'streamed'; readonly open: () => AsyncIterable<string> };

/** One export in one format. */
export interface FormatWriter {
  /** Names of images in the order of their ids: a fresh one gives the same names again. Null: the format has no place for this image. */
  imagePaths(): (image: Pick<ExportedImage, 'id' | 'fileName' | 'split'> & { readonly classNames: readonly string[] }) => string | null;
  /** The label files. `dataset.images` is read to its end at least once before the last file is given. */
  files(): AsyncIterable<WrittenFile>;
}

/** One format, both ways. */
export interface FormatCodec {
  readonly name: FormatName;
  /** Task types that it can be written for; what gets lost on the way is in `holds`. */
  readonly tasks: readonly TaskType[];
  /** The whole of it is one file, which can be had without a zip. */
  readonly singleFile: string | null;
  holds(task: TaskType): Holds;
  /** Null: the dataset itself writes this form. Call it for a task type of `tasks` only. */
  readonly writer: ((dataset: ExportedDataset, report: WriteReport) => FormatWriter) | null;
  /** How sure it is that these files are of this format: 0 not at all, 1 by their names, 2 by their content. Reads little. */
  recognises(source: SourceTree): Promise<number>;
  /**
   * The images, one by one. What is wrong with single ones goes to `notes.findings`.
   * @throws DomainError `malformed-json`, `validation-failed` or `too-large` where a file cannot be read at all.
   */
  read(source: SourceTree, notes: ReadNotes): AsyncIterable<ImportedImage>;
}

/** Told of what a writer finds out while it writes. */
export interface WriteReport {
  lose(code: LossCode, place: string): void;
}

/** What may get lost. One sentence each in `LOSS_SENTENCES`. */
export type LossCode =
  | 'attributes'
  | 'attribute-values'
  | 'confidence'
  | 'crowd'
  | 'several-rings'
  | 'run-lengths'
  | 'polygons'
  | 'keypoints'
  | 'keypoints-padded'
  | 'ignored-pixels'
  | 'no-object'
  | 'unlabeled'
  | 'split'
  | 'reviewed'
  | 'class-color'
  | 'class-details'
  | 'class-id'
  | 'file-renamed'
  | 'image-left-out'
  | 'several-labels';
