import type { ModelRun, RunFilter, RunKind, RunRequest, RunStage } from '../../domain/model-run.js';

export interface RunListFilter {
  readonly kind?: RunKind | undefined;
  readonly modelId?: string | undefined;
  readonly snapshotVersion?: number | undefined;
  readonly limit: number;
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

export type NewRun = Pick<ModelRun, 'id' | 'kind' | 'datasetId' | 'modelId' | 'snapshotVersion' | 'side' | 'filter' | 'minScore' | 'createdBy'>;

export type RunChange = Partial<Pick<ModelRun, 'stage' | 'images' | 'progress' | 'failedImages' | 'suggestions' | 'dropped' | 'rejectedBefore' | 'accepted' | 'predictions' | 'metrics' | 'failure' | 'finishedAt'>> & { readonly request?: RunRequest | null };

/** A run in hand, with how often it was begun. */
export interface ClaimedRun {
  readonly run: ModelRun;
  readonly attempts: number;
}

/** Runs of models; in the caller's unit of work where there is one. */
export abstract class RunStore {
  abstract insert(run: NewRun): Promise<void>;
  abstract find(id: string): Promise<ModelRun | null>;
  abstract findForUpdate(id: string): Promise<ModelRun | null>;
  abstract list(datasetId: string, filter: RunListFilter): Promise<readonly ModelRun[]>;
  abstract change(id: string, change: RunChange): Promise<void>;
  /** Moves it on only from the stage it is thought to be in; false: it is in another. Its lease and its tries begin anew. */
  abstract moveOn(id: string, from: RunStage, change: RunChange & { readonly stage: RunStage }): Promise<boolean>;
  /** The oldest that has something to be done and that nobody has in hand. */
  abstract claim(leaseSeconds: number): Promise<ClaimedRun | null>;
  /** Keeps it in hand, and says how far it is. */
  abstract beat(id: string, leaseSeconds: number, progress: number): Promise<void>;
  /** For another try after so many seconds. */
  abstract putBack(id: string, seconds: number): Promise<void>;
  /** Images that a pre-labeling is of, whose bytes lie in the store on their own. */
  abstract countImages(datasetId: string, filter: RunFilter, modelId: string): Promise<number>;
  /** In the order of their numbers. */
  abstract images(datasetId: string, filter: RunFilter & { readonly modelId: string }, page: { readonly after: number; readonly limit: number }): Promise<readonly RunImage[]>;
  /** Numbers of the images that the dataset ever had, up to this one. */
  abstract lastNumber(datasetId: string): Promise<number>;
}

export interface RunImage {
  readonly number: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}
