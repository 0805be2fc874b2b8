import type { DatasetState, DatasetStatus, DatasetUpload, SplitCounts, Visibility } from '../domain/dataset.aggregate.js';

/** A row of datasets as pg reads it; never leaves infrastructure. */
export interface DatasetRow {
  readonly id: string;
  readonly name: string;
  readonly task_type: string;
  readonly multi_label: boolean;
  readonly visibility: Visibility;
  readonly status: DatasetStatus;
  readonly upload: DatasetUpload | null;
  readonly num_images: number;
  readonly num_classes: number;
  readonly num_labeled: number;
  readonly splits: SplitCounts;
  readonly split_config: unknown;
  readonly content_hash: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
  readonly deleted_by: string | null;
  readonly revision: number;
  readonly change_seq: string;
  readonly classes_revision: number;
  readonly labels_loaded: boolean;
  readonly image_bytes: string;
}

export function stateOfRow(row: DatasetRow): DatasetState {
  return {
    id: row.id,
    name: row.name,
    taskType: row.task_type,
    multiLabel: row.multi_label,
    visibility: row.visibility,
    status: row.status,
    upload: row.upload,
    numImages: row.num_images,
    numClasses: row.num_classes,
    numLabeled: row.num_labeled,
    splits: row.splits,
    splitConfig: row.split_config,
    contentHash: row.content_hash,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    deletedBy: row.deleted_by,
    revision: row.revision,
  };
}
