import type { ModelUpload } from '../application/ports/model-store.port.js';
import type { Model, ModelObject, ModelSource, ModelStage } from '../domain/model.js';

type Json = Readonly<Record<string, unknown>>;

/** Rows as pg reads them; they never leave infrastructure. */
export interface ModelRow {
  readonly id: string;
  readonly dataset_id: string;
  readonly name: string;
  readonly source: ModelSource;
  readonly task_type: string;
  readonly stage: ModelStage;
  readonly notes: string;
  readonly job_id: string | null;
  readonly snapshot_version: number | null;
  readonly snapshot_hash: string | null;
  readonly architecture: string | null;
  readonly hyperparameters: Json | null;
  readonly code_version: string | null;
  readonly init_from: string | null;
  readonly best_epoch: number | null;
  readonly metrics: Json | null;
  readonly adapter: Json | null;
  readonly object: ModelObject;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface UploadRow {
  readonly id: string;
  readonly dataset_id: string;
  readonly name: string;
  readonly notes: string;
  readonly adapter: Json;
  readonly object: ModelObject;
  readonly created_by: string;
}

export function modelOf(row: ModelRow): Model {
  const { id, name, source, stage, notes, metrics, adapter, object } = row;
  return {
    ...{ id, name, source, stage, notes, metrics, adapter, object, datasetId: row.dataset_id, taskType: row.task_type },
    origin: originOf(row),
    ...{ createdBy: row.created_by, createdAt: row.created_at, updatedAt: row.updated_at },
  };
}

function originOf(row: ModelRow): Model['origin'] {
  if (row.job_id === null) return null;
  return {
    ...{ jobId: row.job_id, snapshotVersion: row.snapshot_version, snapshotHash: row.snapshot_hash, architecture: row.architecture ?? '', hyperparameters: row.hyperparameters ?? {} },
    ...{ codeVersion: row.code_version, initFrom: row.init_from, bestEpoch: row.best_epoch },
  };
}

export function uploadOf({ id, name, notes, adapter, object, ...row }: UploadRow): ModelUpload {
  return { id, name, notes, adapter, object, datasetId: row.dataset_id, createdBy: row.created_by };
}
