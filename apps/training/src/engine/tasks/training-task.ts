import type { EpochMetrics, PredictedObject, TaskType } from '@app/contracts';
import type { Graph, Value } from '../autodiff/graph.js';
import type { LabelMaps } from '../data/label-maps.js';
import type { Placement } from '../data/placement.js';
import type { AugmentationRange } from '../data/warp.js';
import type { NetworkBuilder } from '../network/network-builder.js';
import type { Sample } from '../samples/sample.js';
import type { OutputFormat, RawOutput } from './output-decoder.js';

/** Values of the graph by name. */
export type NamedValues = Readonly<Record<string, Value>>;

/** Floats that the loss compares with, by the name of its input: those of one image. */
export type Targets = Readonly<Record<string, Float32Array>>;

/** A loss, and parts of it that are worth telling one by one. */
export interface TaskLoss {
  readonly total: Value;
  readonly parts: NamedValues;
}

/** What an image's truth and its prediction say, and how far they agree. */
export interface ImageOutcome {
  /** 0 (all wrong) to 1, by the task's own measure. */
  readonly quality: number;
  readonly truth: readonly Omit<PredictedObject, 'score'>[];
  readonly predicted: readonly PredictedObject[];
}

export interface TaskResult extends Pick<EpochMetrics, 'primary_metric' | 'scores' | 'per_class' | 'confusion_matrix'> {
  readonly primaryValue: number;
  /** Mean loss on the validation images; null where the task has none that its exported outputs tell. */
  readonly loss: number | null;
}

/** Gathers a pass over the validation images. */
export interface TaskMetrics {
  /** `outputs`: what the exported model says of this one image. */
  add(sample: Sample, outputs: Readonly<Record<string, RawOutput>>): ImageOutcome;
  result(): TaskResult;
}

/**
 * What one kind of training is made of. The engine does the rest: batches, augmentation, steps, checkpoints, evaluation, export. An instance belongs to one
 * training; docs/engine.md says how one is added.
 */
export interface TrainingTask {
  /** Names the decoder that reads the exported model's outputs. */
  readonly outputFormat: OutputFormat;
  /** Null: images are learned as they are. */
  readonly augmentation: AugmentationRange | null;
  /** The network: from the batch of images (NCHW, normalised) to its raw outputs. */
  outputs(build: NetworkBuilder, images: Value): NamedValues;
  /** Shapes of the loss's inputs for ONE image, by name. */
  readonly targetShapes: Readonly<Record<string, readonly number[]>>;
  /** `targets` have the batch in front of the shapes above. */
  loss(graph: Graph, outputs: NamedValues, targets: NamedValues): TaskLoss;
  /** Writes what the network should say of the sample, seen through `placement`. `into` is zeros. */
  fillTargets(sample: Sample, placement: Placement, into: Targets): void;
  /** Outputs of the exported model, which any batch size goes through, from the raw ones. */
  exported(graph: Graph, outputs: NamedValues): NamedValues;
  /** More of the exported model's metadata than every model has. */
  readonly metadata: Readonly<Record<string, string>>;
  metrics(): TaskMetrics;
}

/** What a task knows of the training it is for. */
export interface TaskFacts {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  /** `keypoints`: names of the points of its skeleton. */
  readonly classes: readonly { readonly id: number; readonly name: string; readonly keypoints?: readonly string[] }[];
  /** Of the network's square, pixels. */
  readonly imageSide: number;
  readonly trainImages: number;
  /** Training images that show each class, in the order of the classes. */
  readonly imagesOfClass: readonly number[];
  /** Label maps of semantic masks, by the samples' `maskIndex`; null: the training has none. */
  readonly labelMaps: LabelMaps | null;
  /** Pixels of the training images' label maps: of the ground, then of each class. Zeros where there is none. */
  readonly pixelsOfClass: readonly number[];
}

/** The value of that name; a task that asks for one it has not declared is wrong. */
export function valueOf(values: NamedValues, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new Error(`there is no value ${name}`);
  return value;
}
