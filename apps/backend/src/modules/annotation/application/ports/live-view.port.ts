import type { EntryBatch } from '@app/archive';
import type { DiceClass, LabelStatus, LiveObject, TaskType } from '@app/dice-format';
import type { FrozenHead } from './dataset-positions.port.js';

/** What a cut is of. */
export interface CutFacts {
  readonly datasetId: string;
  readonly name: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  /** In their order. */
  readonly classes: readonly DiceClass[];
  /** Position in the dataset's sequence of changes. */
  readonly changeSeq: number;
}

/** Counts over the images of a cut. */
export interface CutTotals {
  readonly images: number;
  readonly labeled: number;
  readonly annotations: number;
  readonly splits: { readonly train: number; readonly val: number; readonly test: number };
  /** Annotations by class id. */
  readonly classes: Readonly<Record<string, number>>;
}

/** An image of a cut: which object it is. */
export interface CutImage {
  readonly number: number;
  readonly fileName: string;
  /** Null: it is still an entry of the uploaded zip. */
  readonly objectKey: string | null;
  readonly sizeBytes: number;
  /** Null until the image was read whole. */
  readonly crc32: number | null;
}

/** Images of a cut as entries of a zip, in columns. */
export interface CutEntries extends EntryBatch {
  readonly numbers: Uint32Array;
}

/** All that is known of the files of a cut, in columns: places in `bytes`, where a text that begins at its end is null; hashes are 32 bytes. */
export interface CutColumns extends CutEntries {
  readonly keyStarts: Uint32Array;
  readonly keyEnds: Uint32Array;
  readonly shaStarts: Uint32Array;
  readonly widths: Uint32Array;
  readonly heights: Uint32Array;
  readonly splitStarts: Uint32Array;
  readonly splitEnds: Uint32Array;
}

/** What is known of an image of a cut besides its objects and its bytes. */
export interface CutHead extends Pick<CutImage, 'number' | 'fileName'> {
  readonly width: number;
  readonly height: number;
  readonly split: 'train' | 'val' | 'test' | null;
  readonly depth: number;
  readonly status: LabelStatus;
  readonly noObject: boolean;
}

/** An image of a cut with its labels as people work on them: for writing other formats. */
export interface CutLabels extends CutHead, Pick<CutImage, 'objectKey' | 'sizeBytes' | 'crc32'> {
  readonly objects: readonly LiveObject[];
}

/** The mask of one image as an indexed PNG. */
export interface CutMask {
  readonly number: number;
  /** Null: the image has none. */
  readonly png: Uint8Array | null;
}

/**
 * A dataset at one moment: whatever is read of it belongs together, and is the same when it is read again. Images that are broken or removed are not part
 * of it. Holds a connection until it is closed; one thing is read at a time.
 */
export abstract class DatasetCut {
  abstract readonly facts: CutFacts;
  /** `sha256:` and 64 hex digits. */
  abstract contentHash(): Promise<string>;
  abstract totals(): Promise<CutTotals>;
  /** The text of annotations.json; memory does not grow with the dataset. */
  abstract annotations(): AsyncIterable<Uint8Array>;
  /** The text of meta.json. */
  abstract meta(): Promise<Uint8Array>;
  /** In the order of their numbers, some hundred at a time; `after` leaves out those up to a number. */
  abstract images(after?: number): AsyncIterable<readonly CutImage[]>;
  /** The same images as entries, some hundred at a time, each batch good until the next one is asked for; `unavailable` where one was not read whole yet. */
  abstract imageEntries(): AsyncIterable<CutEntries>;
  /** The same with all else. */
  abstract imageColumns(): AsyncIterable<CutColumns>;
  /** The same images, without a look at their objects. */
  abstract heads(): AsyncIterable<CutHead>;
  /** The same images with their labels; a line is held at a time. */
  abstract labels(): AsyncIterable<CutLabels>;
  /** Of the images that have one, in the order of their numbers. */
  abstract masks(): AsyncIterable<CutMask & { readonly png: Uint8Array }>;
  /** Of the images that changed after a position, whether they have one or not. */
  abstract changedMasks(after: number): AsyncIterable<CutMask>;
  /** May be called more than once. */
  abstract close(): Promise<void>;
}

export abstract class LiveView {
  /**
   * The dataset as it is, or as it was at an earlier position. Throws `not-found`, `state-conflict` while the labels of an uploaded zip are being read, and
   * `unavailable` when too many are open.
   */
  abstract open(datasetId: string, at?: FrozenHead): Promise<DatasetCut>;
}
