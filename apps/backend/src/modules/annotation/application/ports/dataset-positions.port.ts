import type { DiceClass, TaskType } from '@app/dice-format';
import type { LabelObject, LabelStatus } from '../../domain/label-object.js';

/** What label files say of the dataset itself, at a position. JSON: it is kept with a version. */
export interface FrozenHead {
  readonly position: number;
  readonly name: string;
  readonly task_type: TaskType;
  readonly multi_label: boolean;
  readonly split_config: Readonly<Record<string, unknown>> | null;
  /** ISO 8601. */
  readonly created_at: string;
  readonly modified_at: string;
  readonly classes: readonly DiceClass[];
}

/** Where a dataset stands in its sequence of changes. */
export interface DatasetPosition {
  readonly head: FrozenHead;
  readonly labelsLoaded: boolean;
  readonly numImages: number;
  readonly numLabeled: number;
  /** Null where it was not computed at this position. */
  readonly contentHash: string | null;
}

/** The file of an image at a position. */
export interface PositionedFile {
  /** Null: an entry of the uploaded zip. */
  readonly objectKey: string | null;
  readonly sizeBytes: number;
  readonly crc32: number | null;
  readonly depth: number;
  readonly format: string;
  readonly orientation: number;
}

/** One image as it was at a position. */
export interface PositionedImage {
  readonly number: number;
  /** Whether it belonged to the dataset, and could be read. */
  readonly present: boolean;
  /** Whether it did not belong to the dataset. One that is not removed may still be unreadable. */
  readonly removed: boolean;
  readonly revision: number;
  readonly nextNumber: number;
  readonly file: PositionedFile;
  readonly fileName: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly split: 'train' | 'val' | 'test' | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  readonly objects: readonly LabelObject[];
  /** Of libs/dice-format: equal labels have equal ones. */
  readonly labelsDigest: string;
}

/** Earlier positions of datasets. In the caller's unit of work, and without a question of permission. */
export abstract class DatasetPositions {
  /** Null when the dataset is gone. */
  abstract now(datasetId: string): Promise<DatasetPosition | null>;
  /** Images with a change behind one position up to another one, in the order of their numbers. */
  abstract changed(datasetId: string, range: { readonly after: number; readonly upTo: number }, page: { readonly afterNumber: number; readonly limit: number }): Promise<readonly number[]>;
  /** In the order of their numbers; those that were never added are left out. */
  abstract imagesAt(datasetId: string, position: number, numbers: readonly number[]): Promise<readonly PositionedImage[]>;
}
