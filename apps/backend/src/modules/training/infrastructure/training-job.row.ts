import type { InferenceOrder, InitialModel, JobKind } from '../domain/inference-order.js';
import type { JobPriority } from '../domain/job-priority.js';
import type { JobState } from '../domain/job-state.js';
import type { Hyperparameters, JobFailure, JobSplit, JobSplitRule, JobWarning, ResumePoint, StoredObject, TrainingJobState } from '../domain/training-job.aggregate.js';

/** A row of training_jobs as pg reads it; never leaves infrastructure. */
export interface TrainingJobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly inference: InferenceOrder | null;
  readonly init_from: InitialModel | null;
  readonly code_version: string | null;
  readonly dataset_id: string;
  readonly dataset_name: string;
  readonly requested_by: string;
  readonly model: string;
  readonly hyperparameters: Hyperparameters;
  readonly requested_version: number | null;
  readonly split_rule: JobSplitRule | null;
  readonly split: JobSplit | null;
  readonly retry_of: string | null;
  readonly warnings: readonly JobWarning[];
  readonly state: JobState;
  readonly snapshot_id: string | null;
  readonly snapshot_version: number | null;
  readonly attempt_number: number;
  readonly worker_id: string | null;
  readonly claim_id: string | null;
  readonly fencing_token: string | null;
  readonly seen_sequence: number;
  readonly resume_from: ResumePoint | null;
  readonly epoch: number;
  readonly epochs: number;
  readonly phase: string | null;
  readonly progress: number;
  readonly images_per_second: number | null;
  readonly seconds_left: number | null;
  readonly best_epoch: number | null;
  readonly final_model: StoredObject | null;
  readonly examples: StoredObject | null;
  readonly failure: JobFailure | null;
  readonly priority: JobPriority;
  readonly pool: string;
  readonly queued_at: Date | null;
  readonly dispatched_at: Date | null;
  readonly dispatched_lane: string | null;
  readonly last_turn_at: Date | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly revision: number;
}

export function stateOfRow(row: TrainingJobRow): TrainingJobState {
  const { worker_id: workerId, claim_id: claimId, fencing_token: fencingToken } = row;
  const held = workerId !== null && claimId !== null && fencingToken !== null;
  return {
    ...{ id: row.id, kind: row.kind, inference: row.inference, initFrom: row.init_from, codeVersion: row.code_version },
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    requestedBy: row.requested_by,
    model: row.model,
    hyperparameters: row.hyperparameters,
    requestedVersion: row.requested_version,
    splitRule: row.split_rule,
    retryOf: row.retry_of,
    warnings: row.warnings,
    state: row.state,
    snapshot: row.snapshot_id === null || row.snapshot_version === null ? null : { id: row.snapshot_id, version: row.snapshot_version },
    attempt: held ? { number: row.attempt_number, workerId, claimId, fencingToken, seenSequence: row.seen_sequence } : null,
    resumeFrom: row.resume_from,
    epoch: row.epoch,
    epochs: row.epochs,
    phase: row.phase,
    progress: row.progress,
    imagesPerSecond: row.images_per_second,
    secondsLeft: row.seconds_left,
    bestEpoch: row.best_epoch,
    finalModel: row.final_model,
    examples: row.examples,
    failure: row.failure,
    split: row.split,
    priority: row.priority,
    pool: row.pool,
    queuedAt: row.queued_at,
    dispatch: row.dispatched_at === null ? null : { at: row.dispatched_at, lane: row.dispatched_lane },
    lastTurnAt: row.last_turn_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    revision: row.revision,
  };
}

/** Column -> value of everything that a save writes; jsonb values as text. */
export function columnsOf(state: TrainingJobState): Readonly<Record<string, unknown>> {
  return { ...requestColumns(state), ...queueColumns(state), ...attemptColumns(state), ...progressColumns(state) };
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

function requestColumns(state: TrainingJobState): Readonly<Record<string, unknown>> {
  return {
    id: state.id,
    kind: state.kind,
    inference: json(state.inference),
    init_from: json(state.initFrom),
    code_version: state.codeVersion,
    dataset_id: state.datasetId,
    dataset_name: state.datasetName,
    requested_by: state.requestedBy,
    model: state.model,
    hyperparameters: json(state.hyperparameters),
    requested_version: state.requestedVersion,
    split_rule: json(state.splitRule),
    retry_of: state.retryOf,
    warnings: json(state.warnings),
    state: state.state,
    snapshot_id: state.snapshot?.id ?? null,
    snapshot_version: state.snapshot?.version ?? null,
    created_at: state.createdAt,
  };
}

function queueColumns({ priority, pool, queuedAt, dispatch, lastTurnAt }: TrainingJobState): Readonly<Record<string, unknown>> {
  return { priority, pool, queued_at: queuedAt, dispatched_at: dispatch?.at ?? null, dispatched_lane: dispatch?.lane ?? null, last_turn_at: lastTurnAt };
}

function attemptColumns({ attempt }: TrainingJobState): Readonly<Record<string, unknown>> {
  return {
    attempt_number: attempt?.number ?? 0,
    worker_id: attempt?.workerId ?? null,
    claim_id: attempt?.claimId ?? null,
    fencing_token: attempt?.fencingToken ?? null,
    seen_sequence: attempt?.seenSequence ?? 0,
  };
}

function progressColumns(state: TrainingJobState): Readonly<Record<string, unknown>> {
  return {
    resume_from: json(state.resumeFrom),
    epoch: state.epoch,
    epochs: state.epochs,
    phase: state.phase,
    progress: state.progress,
    images_per_second: state.imagesPerSecond,
    seconds_left: state.secondsLeft,
    best_epoch: state.bestEpoch,
    final_model: json(state.finalModel),
    examples: json(state.examples),
    failure: json(state.failure),
    split: json(state.split),
    started_at: state.startedAt,
    finished_at: state.finishedAt,
  };
}
