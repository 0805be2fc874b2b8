export const MODEL_STAGES = ['candidate', 'production', 'archived'] as const;
export type ModelStage = (typeof MODEL_STAGES)[number];
export type ModelSource = 'training' | 'upload';

export interface ModelObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Where a trained model comes from. */
export interface ModelOrigin {
  readonly jobId: string;
  readonly snapshotVersion: number | null;
  readonly snapshotHash: string | null;
  /** What was trained, such as `cnn-small`. */
  readonly architecture: string;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  readonly codeVersion: string | null;
  /** The model whose weights the training began with. */
  readonly initFrom: string | null;
  readonly bestEpoch: number | null;
}

/** A model of the registry. */
export interface Model {
  readonly id: string;
  readonly datasetId: string;
  readonly name: string;
  readonly source: ModelSource;
  readonly taskType: string;
  readonly stage: ModelStage;
  readonly notes: string;
  /** Null: it was trained elsewhere. */
  readonly origin: ModelOrigin | null;
  /** Of its best epoch, as the training measured them. */
  readonly metrics: Readonly<Record<string, unknown>> | null;
  /** How it is used, as the contract says it; null: not known (yet). */
  readonly adapter: Readonly<Record<string, unknown>> | null;
  readonly object: ModelObject;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
