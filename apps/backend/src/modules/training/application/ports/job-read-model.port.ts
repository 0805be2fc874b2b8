import type { EpochMetrics } from '@app/contracts';
import type { InferenceOrder, InitialModel, JobKind } from '../../domain/inference-order.js';
import type { JobState } from '../../domain/job-state.js';
import type { JobPriority } from '../../domain/job-priority.js';
import type { Hyperparameters, JobFailure, JobSplit, JobSplitRule, JobWarning, StoredObject } from '../../domain/training-job.aggregate.js';
import type { CheckpointRecord } from './job-records.port.js';

/** What a job waits for that does not run. */
export const QUEUE_WAITS = ['snapshot', 'worker', 'no-worker', 'user-limit', 'dataset-limit', 'total-limit', 'claim'] as const;
export type QueueWait = (typeof QUEUE_WAITS)[number];

export interface JobView {
  readonly id: string;
  readonly kind: JobKind;
  readonly initFrom: InitialModel | null;
  readonly inference: InferenceOrder | null;
  readonly codeVersion: string | null;
  readonly state: JobState;
  readonly datasetId: string;
  readonly datasetName: string;
  readonly snapshotVersion: number | null;
  readonly model: string;
  readonly hyperparameters: Hyperparameters;
  readonly splitRule: JobSplitRule | null;
  readonly split: JobSplit | null;
  readonly priority: JobPriority;
  readonly pool: string;
  readonly queuePosition: number | null;
  readonly waitsFor: QueueWait | null;
  readonly attempt: number;
  readonly progress: number;
  readonly phase: string | null;
  readonly epoch: number;
  readonly epochs: number;
  readonly imagesPerSecond: number | null;
  readonly secondsLeft: number | null;
  readonly bestEpoch: number | null;
  readonly examples: StoredObject | null;
  readonly finalModel: { readonly key: string; readonly sizeBytes: number; readonly sha256: string } | null;
  /** With its last lines of log, the newest last, where one job is asked for. */
  readonly failure: (JobFailure & { readonly logTail?: readonly string[] }) | null;
  readonly warnings: readonly JobWarning[];
  readonly requestedBy: string;
  readonly retryOf: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface CheckpointView extends CheckpointRecord {
  readonly createdAt: Date;
}

export interface JobListFilter {
  /** Null: every dataset. */
  readonly visibleDatasetIds: readonly string[] | null;
  readonly datasetId?: string;
  readonly state?: JobState;
  /** Left out: trainings. */
  readonly kind?: JobKind | 'all';
  readonly limit: number;
  /** Page behind this job, newest first. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

export interface JobPublicEvent {
  readonly id: string;
  readonly kind: string;
  readonly data: unknown;
}

/** What pages and scripts read; no locks. */
export abstract class JobReadModel {
  abstract find(id: string): Promise<JobView | null>;
  abstract list(filter: JobListFilter): Promise<readonly JobView[]>;
  abstract metrics(id: string): Promise<readonly EpochMetrics[]>;
  abstract checkpoints(id: string): Promise<readonly CheckpointView[]>;
  abstract logs(id: string, options: { readonly afterSeq: number; readonly limit: number }): Promise<readonly { seq: number; at: Date; line: string }[]>;
  /** Events of a job behind `afterId`, oldest first. */
  abstract events(id: string, afterId: string, limit: number): Promise<readonly JobPublicEvent[]>;
  /** Reports of an attempt that took effect; null for an attempt that does not hold the job. */
  abstract latestEventId(id: string): Promise<string>;
}
