import { z } from 'zod';
import type { TaskType } from '../common.js';

/** A model that can be trained: for the form that starts a training, for the backend's check and for the engine. */
export interface ModelDefinition {
  readonly id: string;
  readonly title: string;
  readonly taskTypes: readonly TaskType[];
  /** Every field has a default; ranges are what the engine can do on a CPU. */
  readonly hyperparameters: z.ZodObject;
}

/** What trains a model of the catalogue. */
export const ENGINE_NAMES = ['onnx', 'tfjs'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Common to all models. */
const common = {
  epochs: z.number().int().min(1).max(1000).default(20).describe('passes over the training images'),
  batch_size: z.number().int().min(0).max(256).default(0).describe('images a step, fewer where there are fewer; 0 chooses by their number'),
  learning_rate: z.number().min(1e-6).max(1).default(0.003).describe('highest learning rate; a cosine follows a warm-up'),
  weight_decay: z.number().min(0).max(0.1).default(1e-4),
  warmup_fraction: z.number().min(0).max(0.5).default(0.1).describe('part of all steps in which the learning rate rises'),
  patience: z.number().int().min(0).max(1000).default(0).describe('stops after so many epochs without a better result; 0 never stops early'),
  val_fraction: z.number().min(0.05).max(0.5).default(0.2).describe('part set aside for validation where the dataset has no split'),
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
  threads: z.number().int().min(1).max(64).default(1).describe('threads of the engine; part of the result, bit for bit'),
  shards: z.number().int().min(1).max(16).default(1).describe('parts that a batch is computed in, on as many cores as there are; part of the result, bit for bit'),
  engine: z.enum(ENGINE_NAMES).default('onnx').describe('what computes: onnxruntime, or TensorFlow.js, which is slower; part of the result, bit for bit'),
  keep: z.enum(['all', 'best+last', 'every-k']).default('all').describe('which checkpoints stay; the best and the last one always do'),
  keep_every: z.number().int().min(1).max(1000).default(5).describe('the k of every-k: the checkpoint of each k-th epoch stays'),
};

/** What an engine needs of every model's settings. */
export type CommonHyperparameters = { readonly [Name in keyof typeof common]: z.infer<(typeof common)[Name]> };

export const cnnSmallHyperparameters = z.strictObject({
  ...common,
  image_size: z
    .number()
    .int()
    .refine((size) => size === 0 || (size >= 16 && size <= 224), { message: '0 (by the images) or 16 to 224' })
    .default(0)
    .describe('side of the square that images are fitted into, pixels; 0 chooses by the images'),
  augment: z.enum(['none', 'light', 'standard']).default('light').describe('light: shift, scale, turn; standard: flips and colours too'),
  class_weights: z.enum(['none', 'balanced']).default('none').describe('balanced: rare classes count more'),
});
export type CnnSmallHyperparameters = z.infer<typeof cnnSmallHyperparameters>;

export const unetSmallHyperparameters = z.strictObject({
  ...common,
  batch_size: common.batch_size.unwrap().default(8).describe('images a step, fewer where there are fewer; 0 chooses by their number'),
  epochs: common.epochs.unwrap().default(40).describe('passes over the training images'),
  image_size: z
    .number()
    .int()
    .refine((size) => size === 0 || (size >= 32 && size <= 320 && size % 16 === 0), { message: '0 (by the images) or a multiple of 16 from 32 to 320' })
    .default(0)
    .describe('side of the square that images are fitted into, pixels; 0 chooses by the images'),
  augment: z.enum(['none', 'light', 'standard']).default('standard').describe('light: shift, scale, turn; standard: mirrors and colours too'),
  class_weights: z.enum(['none', 'balanced']).default('balanced').describe('balanced: rare classes count more, by the root of how rare their pixels are'),
  dice_weight: z.number().min(0).max(10).default(0).describe('how much the overlap of whole masks counts beside the single pixels'),
});
export type UnetSmallHyperparameters = z.infer<typeof unetSmallHyperparameters>;

export const centersSmallHyperparameters = z.strictObject({
  ...common,
  epochs: common.epochs.unwrap().default(120).describe('passes over the training images'),
  weight_decay: common.weight_decay.unwrap().default(0.05),
  image_size: z
    .number()
    .int()
    .refine((size) => size === 0 || (size >= 64 && size <= 320 && size % 32 === 0), { message: '0 (by the images) or a multiple of 32 from 64 to 320' })
    .default(0)
    .describe('side of the square that images are fitted into, pixels, a multiple of 32; 0 chooses by the images'),
  augment: z.enum(['none', 'light', 'standard']).default('standard').describe('light: mirror, shift, scale; standard: more of it, and colours'),
});
export type CentersSmallHyperparameters = z.infer<typeof centersSmallHyperparameters>;

export const instanceSmallHyperparameters = centersSmallHyperparameters;
export type InstanceSmallHyperparameters = z.infer<typeof instanceSmallHyperparameters>;

export const keypointsSmallHyperparameters = centersSmallHyperparameters;
export type KeypointsSmallHyperparameters = z.infer<typeof keypointsSmallHyperparameters>;

/** A word that workers say for a model of the catalogue in an engine: the model alone for onnx, which every worker has, and was the only one once. */
export const offerOfModel = (model: string, engine: EngineName): string => (engine === 'onnx' ? model : `${model}@${engine}`);

/** What a worker must offer to train this model so; of a trainer of an operator's own its name says all. */
export function offerNeeded(model: string, hyperparameters: Readonly<Record<string, unknown>>): string {
  const engine = ENGINE_NAMES.find((name) => name === hyperparameters['engine']) ?? 'onnx';
  return MODEL_CATALOGUE.some(({ id }) => id === model) ? offerOfModel(model, engine) : model;
}

export const MODEL_CATALOGUE: readonly ModelDefinition[] = [
  { id: 'cnn-small', title: 'Small convolutional network', taskTypes: ['image_classification'], hyperparameters: cnnSmallHyperparameters },
  { id: 'centers-small', title: 'Small detector of object middles', taskTypes: ['object_detection'], hyperparameters: centersSmallHyperparameters },
  { id: 'instance-small', title: 'Small detector with masks', taskTypes: ['instance_segmentation'], hyperparameters: instanceSmallHyperparameters },
  { id: 'keypoints-small', title: 'Small detector with points', taskTypes: ['pose_estimation'], hyperparameters: keypointsSmallHyperparameters },
  { id: 'unet-small', title: 'Small U-Net', taskTypes: ['semantic_segmentation'], hyperparameters: unetSmallHyperparameters },
];
