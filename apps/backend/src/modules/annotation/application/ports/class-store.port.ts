import type { LabelObject } from '../../domain/label-object.js';
import type { LabelEdit, StoredLabels } from './annotation-store.port.js';

/** A class of a dataset as people work on it. */
export interface LiveClass {
  readonly id: number;
  readonly name: string;
  /** `#RRGGBB`. */
  readonly color: string;
  /** supercategory, keypoints and skeleton where they are given. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Images that show it. */
  readonly imageCount: number;
}

export interface ClassList {
  readonly revision: number;
  /** No class of the dataset ever had this id or a larger one. */
  readonly nextClassId: number;
  /** In their order. */
  readonly classes: readonly LiveClass[];
}

/** Classes in the database. Writes are in the caller's unit of work, under the lock of the dataset (DatasetChangeLog). */
export abstract class ClassStore {
  /** Null when the dataset is gone. */
  abstract list(datasetId: string): Promise<ClassList | null>;
  /** These and no others, in this order, at the next revision. */
  abstract replace(datasetId: string, list: Pick<ClassList, 'classes' | 'nextClassId'>): Promise<void>;
  /** Some images that show a class, with numbers above one, in their order. */
  abstract imagesOf(datasetId: string, classId: number, page: { readonly after: number; readonly limit: number }): Promise<readonly StoredLabels[]>;
  /** New revisions of labels, at the revision that the classes have. Throws where one cannot be written: under the lock none is stale. */
  abstract relabel(datasetId: string, edits: readonly (LabelEdit & { readonly after: { readonly objects: readonly LabelObject[] } })[]): Promise<void>;
}
