import type { EpochMetrics, TaskType, ValidationExample } from '@app/contracts';

export interface TrainingSpec {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  /** In the order of the contiguous indices that the model learns. */
  readonly classes: readonly { readonly id: number; readonly name: string; readonly keypoints?: readonly string[] }[];
  readonly model: string;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  /** Side of the cached squares, pixels. */
  readonly imageSide: number;
  /** Decoded images, as SampleCacheWriter writes them. */
  readonly cacheFile: string;
  /** Label maps of semantic masks, as LabelMapWriter writes them; absent: the task has none. */
  readonly labelMapsFile?: string | null;
  /** Labeled images of both sides, as `writeSamples` writes them. */
  readonly samplesFile: string;
  /** Checkpoint of another training to begin with; null: from scratch. */
  readonly initFile: string | null;
  /** Of the snapshot's zip, hex: part of the configuration and of the exported model's metadata. */
  readonly snapshotSha256: string;
}

export interface StepProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  readonly imagesPerSecond: number;
}

export interface EngineCapabilities {
  readonly name: string;
  /** What computes below it here. */
  readonly runtime: string;
  /** For who waits for the training, such as that it is slow here and why; null: nothing. */
  readonly notice: string | null;
  readonly taskTypes: readonly TaskType[];
}

/** What trains. One instance is one training; calls come one after the other. */
export interface TrainingEngine {
  /** Once it is prepared. */
  capabilities(): EngineCapabilities;
  prepare(spec: TrainingSpec): Promise<void>;
  /** Goes on from a saved state; answers the epoch after which it was saved. */
  restore(checkpoint: Buffer): Promise<number>;
  /** Throws `TrainingStopped` between two steps once `shouldStop` says so. */
  trainEpoch(epoch: number, watch: EpochWatch): Promise<void>;
  /** Measures the model on the validation images; belongs to the epoch just trained. */
  evaluate(): Promise<EpochMetrics>;
  /** Validation images of the last evaluation, the worst first. */
  validationExamples(): readonly ValidationExample[];
  saveCheckpoint(): Buffer;
  /** The model as it is now, as an ONNX file. */
  exportModel(): Uint8Array;
  /** Whether `patience` epochs have gone by without a better result. */
  isPatienceOver(): boolean;
  bestEpoch(): number;
  dispose(): Promise<void>;
}

export interface EpochWatch {
  readonly onStep: (progress: StepProgress) => void;
  readonly shouldStop: () => boolean;
}

/** The training was asked to stop. */
export class TrainingStopped extends Error {}
