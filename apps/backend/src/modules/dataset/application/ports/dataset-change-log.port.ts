import type { TaskType } from '@app/contracts';

export const CHANGE_KINDS = ['image-added', 'image-removed', 'image-restored', 'image-replaced', 'annotated', 'split', 'classes', 'imported'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface DatasetChange {
  readonly kind: ChangeKind;
  /** The image; left out for what concerns the dataset. */
  readonly number?: number;
  /** The revision of the image's labels that this made; left out where it made none. */
  readonly revision?: number;
  /** Before and after. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the holder of the lock must know of the dataset; nobody else changes it meanwhile. */
export interface LockedDataset {
  readonly id: string;
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly changeSeq: number;
  readonly classesRevision: number;
  readonly labelsLoaded: boolean;
  /** As it is stored; nobody has checked it where it came with a zip. */
  readonly splitConfig: unknown;
}

/** Counters of a dataset, as differences. */
export interface CounterChange {
  readonly images?: number;
  readonly labeled?: number;
  readonly imageBytes?: number;
  readonly splits?: Partial<Readonly<Record<'train' | 'val' | 'test' | 'unassigned', number>>>;
}

/**
 * The sequence of changes of a dataset: every change of images, labels, splits and classes has a position in it, given under the lock of
 * the dataset's row, so that positions are committed in order and a version is a position (docs/adr/0009). All in the caller's unit of work.
 */
export abstract class DatasetChangeLog {
  /** Locks the dataset until the unit of work ends. Throws `not-found` when it is gone or in the trash. */
  abstract lock(datasetId: string): Promise<LockedDataset>;
  /** Under the lock. Answers the position of the first of the changes; the others follow it one by one. */
  abstract append(datasetId: string, actor: string, changes: readonly DatasetChange[]): Promise<number>;
  /** Under the lock. Answers the first of so many new image numbers; they are never given again. */
  abstract takeImageNumbers(datasetId: string, count: number): Promise<number>;
  /** Under the lock. */
  abstract count(datasetId: string, change: CounterChange): Promise<void>;
}
