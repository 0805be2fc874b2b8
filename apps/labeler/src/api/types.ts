/**
 * The shapes of the REST API that this page uses, by hand and in this one file, so that types generated from docs/openapi.json can take
 * its place. Names and units are the API's own.
 */
export const TASK_TYPES = ['image_classification', 'object_detection', 'instance_segmentation', 'semantic_segmentation', 'pose_estimation'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const JOB_STATES = ['requested', 'preparing', 'queued', 'verifying', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const SCOPES = ['read', 'label', 'train', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const DATASET_SORTS = ['newest', 'oldest', 'name'] as const;
export type DatasetSort = (typeof DATASET_SORTS)[number];

export interface Finding {
  readonly code: string;
  readonly message: string;
  /** JSON pointer. */
  readonly pointer?: string;
  /** Path inside the zip. */
  readonly entry?: string;
  readonly hint?: string;
}

/** RFC 9457. */
export interface ProblemDocument {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly request_id?: string;
  readonly errors?: readonly Finding[];
  /** How many there were, where `errors` is cut. */
  readonly errors_total?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly is_admin: boolean;
  readonly must_change_password: boolean;
  readonly disabled: boolean;
  readonly created_at: string;
}

export interface SessionAnswer {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly user: User;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** How the key begins. */
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}
export interface CreatedApiKey extends ApiKey {
  readonly key: string;
}
export interface CreatedUser {
  readonly user: User;
  readonly one_time_password: string;
}

export interface DatasetClass {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  /** Labeled images that show it. */
  readonly count: number;
}

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly task_type: TaskType;
  readonly multi_label: boolean;
  readonly num_images: number;
  readonly num_classes: number;
  readonly num_labeled: number;
  readonly classes: readonly DatasetClass[];
  readonly splits: { readonly train: number; readonly val: number; readonly test: number; readonly unassigned: number };
  readonly status: string;
  readonly visibility: 'private' | 'public';
  /** The first 20. */
  readonly warnings: readonly Finding[];
  readonly size_bytes: number;
  readonly content_hash: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly role: 'viewer' | 'annotator' | 'reviewer' | 'admin' | 'owner' | null;
}

export interface UploadView {
  readonly id: string;
  readonly state: 'receiving' | 'validating' | 'registering' | 'completed' | 'refused';
  readonly received_bytes: number;
  readonly total_bytes: number | null;
  readonly checked_entries: number;
  readonly total_entries: number | null;
  readonly dataset_id: string | null;
  readonly code: string | null;
  readonly errors: readonly Finding[] | null;
}

export interface SignedUrl {
  readonly url: string;
  readonly expires_at: string;
}

export interface TrainingModel {
  readonly id: string;
  readonly title: string;
  readonly task_types: readonly string[];
  /** JSON Schema. */
  readonly hyperparameters: Readonly<Record<string, unknown>>;
}

export interface PerClassScore {
  readonly class_id: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly support: number;
}

export interface EpochMetrics {
  readonly epoch: number;
  readonly train_loss: number | null;
  readonly val_loss: number | null;
  readonly primary_metric: string;
  /** 0..1, larger is better. */
  readonly primary_value: number | null;
  readonly scores: Readonly<Record<string, number | null>>;
  /** Rows are true classes, columns predicted ones. Counts. */
  readonly confusion_matrix?: readonly (readonly number[])[];
  readonly per_class?: readonly PerClassScore[];
  readonly learning_rate: number;
  readonly images_per_second: number;
  readonly cpu_seconds: number;
  readonly wall_seconds: number;
  readonly non_finite?: boolean;
}

export interface Job {
  readonly id: string;
  readonly state: JobState;
  readonly dataset_id: string;
  readonly dataset_name: string;
  readonly snapshot_version: number | null;
  readonly model: string;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** 0 before a worker took the job. */
  readonly attempt: number;
  /** 0..1 of the whole job. */
  readonly progress: number;
  readonly phase: string | null;
  readonly epoch: number;
  readonly epochs: number;
  readonly images_per_second: number | null;
  readonly seconds_left: number | null;
  readonly best_epoch: number | null;
  readonly final_model: { readonly size_bytes: number; readonly sha256: string } | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly retry_of: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface Checkpoint {
  readonly epoch: number;
  readonly kind: 'state' | 'model' | 'final';
  readonly key: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly created_at: string;
}

export interface JobDetails extends Job {
  readonly metrics: readonly EpochMetrics[];
  readonly checkpoints: readonly Checkpoint[];
  /** Where `events` goes on from this answer. */
  readonly last_event_id: string;
}

export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly line: string;
}

export type ProgressUpdate = Pick<Job, 'epoch' | 'epochs' | 'progress' | 'phase' | 'images_per_second' | 'seconds_left'>;
