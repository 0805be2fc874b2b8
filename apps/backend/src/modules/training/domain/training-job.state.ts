import type { Attempt } from './attempt.js';
import type { InferenceOrder, InitialModel, JobKind } from './inference-order.js';
import type { JobPriority } from './job-priority.js';
import type { JobState } from './job-state.js';
import type { StoredObject } from './stored-object.js';

export type { StoredObject } from './stored-object.js';

export type HyperparameterValue = number | string | boolean;
export type Hyperparameters = Readonly<Record<string, HyperparameterValue>>;

export interface ResumePoint extends StoredObject {
  readonly epoch: number;
}

export interface JobSnapshot {
  readonly id: string;
  readonly version: number;
}

export interface JobFailure {
  readonly code: string;
  readonly detail: string;
}

export interface JobWarning {
  readonly code: string;
  readonly message: string;
}

export interface JobSplitRule {
  readonly ratio: { readonly train: number; readonly val: number; readonly test: number };
  readonly seed: number;
  readonly groupPattern: string | null;
}

/** The job was handed out to the workers of a lane (null: that of the default pool), and none has claimed it yet. */
export interface Dispatch {
  readonly lane: string | null;
  readonly at: Date;
}

/** Who decided on the sides of the images, by which rule (null: nothing was left to deal), and how many are on each. */
export interface JobSplit {
  readonly source: 'job' | 'dataset' | 'automatic';
  readonly rule: JobSplitRule | null;
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

/** Everything that is stored of a job; the aggregate holds it and alone changes it. */
export interface TrainingJobState {
  readonly id: string;
  readonly kind: JobKind;
  readonly datasetId: string;
  /** As it was when the training was asked for. */
  readonly datasetName: string;
  readonly requestedBy: string;
  readonly model: string;
  readonly hyperparameters: Hyperparameters;
  readonly requestedVersion: number | null;
  /** The job's own; null: the dataset decides. */
  readonly splitRule: JobSplitRule | null;
  readonly retryOf: string | null;
  readonly warnings: readonly JobWarning[];
  /** Workers of this pool take it. */
  readonly pool: string;
  readonly createdAt: Date;
  readonly initFrom: InitialModel | null;
  /** Null for a training. */
  inference: InferenceOrder | null;
  /** Of the worker that began it last. */
  codeVersion: string | null;
  state: JobState;
  priority: JobPriority;
  /** Since when it could run; stays when a worker is lost, so that it does not queue up behind everybody again. */
  queuedAt: Date | null;
  dispatch: Dispatch | null;
  /** When it was last handed out. */
  lastTurnAt: Date | null;
  snapshot: JobSnapshot | null;
  attempt: Attempt | null;
  resumeFrom: ResumePoint | null;
  epoch: number;
  epochs: number;
  phase: string | null;
  progress: number;
  imagesPerSecond: number | null;
  secondsLeft: number | null;
  bestEpoch: number | null;
  finalModel: StoredObject | null;
  /** What the model says of validation images; null: there are none. */
  examples: StoredObject | null;
  failure: JobFailure | null;
  /** Known when a worker has read the version. */
  split: JobSplit | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Rises by one with each save; a save with an older one is refused. */
  revision: number;
}

export interface TrainingRequest {
  readonly id: string;
  readonly datasetId: string;
  /** As it was when the training was asked for. */
  readonly datasetName: string;
  readonly requestedBy: string;
  readonly model: string;
  readonly hyperparameters: Hyperparameters;
  readonly epochs: number;
  readonly requestedVersion: number | null;
  readonly splitRule: JobSplitRule | null;
  readonly retryOf: string | null;
  readonly resumeFrom: ResumePoint | null;
  readonly warnings: readonly JobWarning[];
  readonly initFrom: InitialModel | null;
  readonly pool: string;
  readonly priority: JobPriority;
  readonly now: Date;
}

export interface InferenceRequest {
  readonly id: string;
  readonly kind: Exclude<JobKind, 'training'>;
  readonly datasetId: string;
  readonly datasetName: string;
  readonly requestedBy: string;
  readonly snapshot: JobSnapshot | null;
  readonly inference: InferenceOrder;
  /** Any worker of it can use a model. */
  readonly pool: string;
  readonly now: Date;
}
