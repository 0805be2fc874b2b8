import type { Finding } from '@app/kernel';
import type { Dataset } from './dataset.aggregate.js';

export interface NewClass {
  readonly classId: number;
  readonly name: string;
  readonly color: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly imageCount: number;
}

export interface NewImage {
  readonly number: number;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  /** Of EXIF, 1 to 8; width and height are of the upright image. */
  readonly orientation: number;
  readonly depth: number;
  readonly format: string;
  readonly split: 'train' | 'val' | 'test' | null;
  readonly status: 'unlabeled' | 'labeled' | 'reviewed';
  readonly classIds: readonly number[];
  readonly objectCount: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly sha256: string;
}

export interface DatasetContent {
  readonly classes: readonly NewClass[];
  readonly images: Iterable<NewImage>;
  readonly warnings: readonly Finding[];
}

/** All inside the caller's unit of work. */
export abstract class DatasetRepository {
  /** A dataset with everything in it, and its outbox rows. */
  abstract insert(dataset: Dataset, content: DatasetContent): Promise<void>;
  /** One that is not validated yet: the row, and nothing of its content. */
  abstract insertReceived(dataset: Dataset): Promise<void>;
  /** The content of one that was just accepted. */
  abstract fill(dataset: Dataset, content: DatasetContent): Promise<void>;
  /** Removes one that is not validated, with its members and imports. */
  abstract discardReceived(id: string): Promise<void>;
  /** Whether a dataset of this id was registered; trashed ones too. */
  abstract exists(id: string): Promise<boolean>;
  /** Locks the row. Trashed ones too. */
  abstract findForUpdate(id: string): Promise<Dataset | null>;
  abstract save(dataset: Dataset): Promise<void>;
}
