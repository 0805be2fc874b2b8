import type { RunChange } from '../application/ports/run-store.port.js';
import type { ModelRun, RunFilter, RunKind, RunRequest, RunStage, Side } from '../domain/model-run.js';
import type { ModelObject } from '../domain/model.js';

/** A row of model_runs as pg reads it; never leaves infrastructure. */
export interface RunRow {
  readonly id: string;
  readonly kind: RunKind;
  readonly dataset_id: string;
  readonly model_id: string;
  readonly snapshot_version: number | null;
  readonly side: Side | null;
  readonly filter: RunFilter | null;
  readonly min_score: number;
  readonly stage: RunStage;
  readonly images: number | null;
  readonly progress: number;
  readonly failed_images: number;
  readonly suggestions: number;
  readonly dropped: number;
  readonly rejected_before: number;
  readonly accepted: number;
  readonly predictions: ModelObject | null;
  readonly metrics: Readonly<Record<string, unknown>> | null;
  readonly request: RunRequest | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly created_by: string;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

export function runOf(row: RunRow): ModelRun {
  const { id, kind, side, filter, stage, images, progress, suggestions, dropped, accepted, predictions, metrics, request, failure } = row;
  return {
    ...{ id, kind, side, filter, stage, images, progress, suggestions, dropped, accepted, predictions, metrics, request, failure },
    ...{ datasetId: row.dataset_id, modelId: row.model_id, snapshotVersion: row.snapshot_version, minScore: row.min_score, failedImages: row.failed_images, rejectedBefore: row.rejected_before },
    ...{ createdBy: row.created_by, createdAt: row.created_at, finishedAt: row.finished_at },
  };
}

const COLUMNS = {
  ...{ stage: 'stage', images: 'images', progress: 'progress', failedImages: 'failed_images', suggestions: 'suggestions', dropped: 'dropped', rejectedBefore: 'rejected_before', accepted: 'accepted' },
  ...{ predictions: 'predictions', metrics: 'metrics', request: 'request', failure: 'failure', finishedAt: 'finished_at' },
} as const satisfies Record<keyof RunChange, string>;
const JSON_COLUMNS: ReadonlySet<string> = new Set(['predictions', 'metrics', 'request', 'failure']);

/** Columns with their values, jsonb as text. */
export function changedColumns(change: RunChange): [name: string, value: unknown][] {
  return Object.entries(change).map(([name, value]: [string, unknown]) => {
    const column = COLUMNS[name as keyof RunChange];
    return [column, JSON_COLUMNS.has(column) && value !== null ? JSON.stringify(value) : value];
  });
}
