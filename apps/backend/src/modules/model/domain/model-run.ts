import type { ModelObject } from './model.js';

export type RunKind = 'evaluation' | 'prelabel';
/** What the backend does with a run; while it is `working`, its job is a worker's. */
export const RUN_STAGES = ['listing', 'working', 'storing', 'done', 'accepting', 'undoing', 'undone', 'failed'] as const;
export type RunStage = (typeof RUN_STAGES)[number];

export const SIDES = ['train', 'val', 'test', 'all'] as const;
export type Side = (typeof SIDES)[number];

/** Which images a pre-labeling is of. */
export interface RunFilter {
  readonly status?: 'unlabeled' | 'labeled' | 'reviewed' | undefined;
  readonly split?: 'train' | 'val' | 'test' | 'unassigned' | undefined;
  readonly assignee?: string | undefined;
  readonly imageIds?: readonly number[] | undefined;
  /** Those that this model has looked at are left out. */
  readonly onlyNew?: boolean | undefined;
}

/** Who asked for what is being done to a finished run. */
export interface RunRequest {
  readonly userId: string;
  readonly minScore: number;
}

/** One use of a model on many images. Its id is that of its job. */
export interface ModelRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly datasetId: string;
  readonly modelId: string;
  readonly snapshotVersion: number | null;
  readonly side: Side | null;
  readonly filter: RunFilter | null;
  readonly minScore: number;
  readonly stage: RunStage;
  readonly images: number | null;
  readonly progress: number;
  readonly failedImages: number;
  readonly suggestions: number;
  /** Objects that a model said and that could be no labels. */
  readonly dropped: number;
  /** Left out, because a person rejected the like on the same pixels. */
  readonly rejectedBefore: number;
  readonly accepted: number;
  readonly predictions: ModelObject | null;
  readonly metrics: Readonly<Record<string, unknown>> | null;
  readonly request: RunRequest | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}
