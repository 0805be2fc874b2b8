import type { ClassTable, TaskType } from '@app/dice-format';
import type { DatasetResource } from '../../../../platform/auth/access-policy.js';
import type { LabelState, LabelStatus, ObjectChange } from '../../domain/label-object.js';
import type { RevisionChange } from '../../domain/earlier-labels.js';

/** The labels of an image as they are in the database, with what must be known of the image. */
export interface StoredLabels {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly state: LabelState;
  readonly labeledBy: string | null;
  readonly labeledAt: Date | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: Date | null;
}

export interface ImageQuestion {
  readonly number: number;
  /** Who asks: for their role, and for whose the key is. */
  readonly actor?: string;
  /** A client's key for one write, by which a repeat is known. */
  readonly repeatKey?: string;
}

export interface ImageAnswer {
  readonly labels: StoredLabels;
  /** The write that was done under the key before. */
  readonly repeat: { readonly revision: number; readonly requestHash: string } | null;
}

/** What must be known of the dataset to change or show its labels. */
export interface LabeledDataset {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly visibility: DatasetResource['visibility'];
  readonly classesRevision: number;
  readonly labelsLoaded: boolean;
}

export interface ReadLabels {
  /** Null: the dataset is gone. */
  readonly dataset: LabeledDataset | null;
  /** In the order of the questions, the roles of who asks; null without one. */
  readonly roles: readonly DatasetResource['role'][];
  /** In the order of the questions; null where the dataset has no such image. */
  readonly images: readonly (ImageAnswer | null)[];
}

/** The next revision of one image, ready to be written. */
export interface LabelEdit {
  readonly before: StoredLabels;
  readonly after: LabelState;
  readonly changes: readonly ObjectChange[];
  readonly relabeled: boolean;
  readonly reviewed: boolean;
  readonly actor: string;
  /** Why, where a person did not edit: `restore`. */
  readonly reason?: string;
  /** The version that was restored. */
  readonly version?: number;
  readonly repeat?: { readonly key: string; readonly requestHash: string };
  readonly correlationId?: string;
  /** Of the span in which it was asked for. */
  readonly traceparent?: string;
}

export interface WrittenLabels {
  /** Position in the dataset's sequence of changes. */
  readonly seq: number;
  readonly labels: StoredLabels;
}

export interface WrittenBatch {
  /** False: the dataset is gone or its classes are not those that the edits were checked by; nothing was written. */
  readonly usable: boolean;
  /** In the order of the edits; null where the image has another revision or size by now, or is gone. */
  readonly written: readonly (WrittenLabels | null)[];
}

export interface HistoryItem {
  readonly seq: number;
  readonly revision: number;
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  readonly kind: string;
  readonly reason: string | null;
  readonly changes: readonly ObjectChange[];
  readonly status: readonly [before: LabelStatus, after: LabelStatus] | null;
  readonly noObject: readonly [before: boolean, after: boolean] | null;
}

export interface FirstRevision {
  readonly at: Date;
  readonly actor: string | null;
  readonly actorName: string | null;
}

/** Labels in the database. */
export abstract class AnnotationStore {
  /** One statement for all the images. */
  abstract read(datasetId: string, images: readonly ImageQuestion[]): Promise<ReadLabels>;
  /** The classes with the revision that they belong to; null when the dataset is gone. */
  abstract classes(datasetId: string): Promise<{ readonly revision: number; readonly table: ClassTable } | null>;
  /** Writes all that still fits in one statement: rows, history, counters and events together. No image twice. */
  abstract write(datasetId: string, classesRevision: number, edits: readonly LabelEdit[]): Promise<WrittenBatch>;
  /** What made the revisions after this one, newest first. */
  abstract revisionsAfter(datasetId: string, number: number, revision: number): Promise<readonly RevisionChange[]>;
  /** Newest first, before this position. */
  abstract history(datasetId: string, number: number, page: { readonly beforeSeq: number | null; readonly limit: number }): Promise<readonly HistoryItem[]>;
  /** When and by whom the image came, with the labels of revision 1; null when there is none. */
  abstract firstRevision(datasetId: string, number: number): Promise<FirstRevision | null>;
}
