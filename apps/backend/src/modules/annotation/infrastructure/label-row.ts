import type { TaskType } from '@app/dice-format';
import type { DatasetRole } from '../../../platform/auth/access-policy.js';
import type { HistoryItem, ImageAnswer, LabelEdit, LabeledDataset, StoredLabels, WrittenLabels } from '../application/ports/annotation-store.port.js';
import type { RevisionChange } from '../domain/earlier-labels.js';
import type { LabelObject, LabelStatus, ObjectChange } from '../domain/label-object.js';

/** Rows as pg reads them; they never leave infrastructure. */
interface WhoAndWhen {
  readonly labeled_by: string | null;
  readonly labeled_at: Date | null;
  readonly reviewed_by: string | null;
  readonly reviewed_at: Date | null;
}

export interface DatasetColumns {
  readonly task_type: TaskType;
  readonly multi_label: boolean;
  readonly visibility: LabeledDataset['visibility'];
  readonly classes_revision: number;
  readonly labels_loaded: boolean;
}

/** An image as SqlClassStore reads it, too. */
export interface ImageRow extends WhoAndWhen {
  /** Null: no such image. */
  readonly number: number | null;
  readonly width: number;
  readonly height: number;
  readonly revision: number;
  readonly status: LabelStatus;
  readonly no_object: boolean;
  readonly objects: readonly LabelObject[];
  readonly next_object_number: number;
  readonly repeat_revision: number | null;
  readonly repeat_hash: string | null;
}

export interface LabelRow extends ImageRow, DatasetColumns {
  readonly place: number;
  readonly role: DatasetRole | null;
}

export interface WrittenRow extends WhoAndWhen {
  readonly usable: boolean;
  readonly place: number | null;
  readonly seq: number;
}

export interface ChangeRow {
  readonly seq: number;
  readonly revision: number;
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  readonly kind: string;
  readonly body: {
    readonly changes?: readonly ObjectChange[];
    readonly status?: readonly [LabelStatus, LabelStatus];
    readonly no_object?: readonly [boolean, boolean];
    readonly reason?: string;
  };
}

const whoAndWhen = (row: WhoAndWhen): Pick<StoredLabels, 'labeledBy' | 'labeledAt' | 'reviewedBy' | 'reviewedAt'> => ({
  labeledBy: row.labeled_by,
  labeledAt: row.labeled_at,
  reviewedBy: row.reviewed_by,
  reviewedAt: row.reviewed_at,
});

export function datasetOf({ task_type: taskType, multi_label: multiLabel, visibility, classes_revision: classesRevision, labels_loaded: labelsLoaded }: DatasetColumns): LabeledDataset {
  return { taskType, multiLabel, visibility, classesRevision, labelsLoaded };
}

export function answerOf(row: ImageRow): ImageAnswer | null {
  if (row.number === null) return null;
  const { number, width, height, revision, status, no_object: noObject, next_object_number: nextNumber, objects } = row;
  const repeat = row.repeat_revision === null ? null : { revision: row.repeat_revision, requestHash: row.repeat_hash ?? '' };
  return { labels: { number, width, height, state: { revision, status, noObject, nextNumber, objects }, ...whoAndWhen(row) }, repeat };
}

export function writtenOf(edit: LabelEdit, row: WrittenRow | undefined): WrittenLabels | null {
  return row === undefined ? null : { seq: row.seq, labels: { ...edit.before, state: edit.after, ...whoAndWhen(row) } };
}

export function revisionChangeOf({ revision, body }: Pick<ChangeRow, 'revision' | 'body'>): RevisionChange {
  return { revision, changes: body.changes ?? [], status: body.status ?? ['labeled', 'labeled'], noObject: body.no_object ?? [false, false] };
}

export function historyItemOf({ body, ...row }: ChangeRow): HistoryItem {
  return { ...row, reason: body.reason ?? null, changes: body.changes ?? [], status: body.status ?? null, noObject: body.no_object ?? null };
}
