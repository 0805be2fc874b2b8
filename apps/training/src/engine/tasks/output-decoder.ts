import type { PredictedObject } from '@app/contracts';
import type { FitGeometry } from '../data/fit.js';

/** How a model's outputs are to be read: `output_format` of its metadata. A change of meaning gets a new number. */
export const OUTPUT_FORMATS = ['classification/1', 'centers/1', 'boxes/1', 'semantic/1', 'instance/1', 'keypoints/1'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One output of the model for one image. */
export interface RawOutput {
  readonly data: Float32Array;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/** What a decoder needs of a model's metadata. */
export interface DecodedModel {
  /** In the order that the model learned; ids of the dataset. Null: objects of it are left out. */
  readonly classIds: readonly (number | null)[];
  readonly multiLabel: boolean;
  /** `keypoint_counts` of the metadata: points of each class's skeleton, in the order of the classes; absent where there are none. */
  readonly keypointCounts?: readonly number[];
}

/**
 * Reads what the exported model says of ONE image: objects in pixels of the upright original image, the surest first. Pure: the same outputs give the
 * same objects, whether an engine evaluates or a worker predicts.
 */
export type DecodeOutputs = (outputs: Readonly<Record<string, RawOutput>>, fit: FitGeometry, model: DecodedModel) => PredictedObject[];

/** Throws for a model that lacks the output: it is not of the format it names. */
export function outputOf(outputs: Readonly<Record<string, RawOutput>>, name: string): RawOutput {
  const output = outputs[name];
  if (output === undefined) throw new Error(`the model has no output ${name}`);
  return output;
}
