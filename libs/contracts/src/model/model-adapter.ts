import { z } from 'zod';
import { taskTypeSchema } from '../common.js';

const MOST_CLASSES = 10_000;
/** Largest side of an input, pixels: a square of it takes 48 MB as floats. */
const LARGEST_SIDE = 2_048;
const finite = z.number().refine((value) => Number.isFinite(value), 'a finite number');
const perChannel = z.union([finite, z.array(finite).length(3)]);

/** Names how the raw outputs of a model are read; the decoder of the worker is found by it. */
export const OUTPUT_FORMATS = ['classification/1', 'centers/1', 'boxes/1', 'semantic/1', 'instance/1', 'keypoints/1'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** How pixels become the input: value * scale, minus mean, by deviation; the image upright, fitted into the input as `fit` says. */
export const preprocessingSchema = z.object({
  layout: z.enum(['NCHW', 'NHWC']),
  colour: z.enum(['RGB', 'BGR']),
  /** With its proportions kept and black around it, in the middle or in the upper left corner; or stretched. */
  fit: z.enum(['contain, black', 'contain, black, top-left', 'stretch']),
  scale: finite,
  /** In the order of `colour`, as the deviation is. */
  mean: perChannel,
  deviation: perChannel.refine((value) => (Array.isArray(value) ? value : [value]).every((one) => one !== 0), 'not 0'),
});
export type Preprocessing = z.infer<typeof preprocessingSchema>;

/** All that is needed to use an ONNX file: read from its metadata where it was trained here, declared by whoever uploads one. */
export const modelAdapterSchema = z.object({
  output_format: z.enum(OUTPUT_FORMATS),
  task_type: taskTypeSchema,
  multi_label: z.boolean(),
  /** In the order of the outputs; ids of the dataset. Null: what the output says is left out, as the dataset has no such class. */
  classes: z.array(z.object({ id: z.number().int().nonnegative().nullable(), name: z.string().max(200) })).min(1).max(MOST_CLASSES),
  /** Width, height of the input, pixels. */
  input_size: z.tuple([z.number().int().min(1).max(LARGEST_SIDE), z.number().int().min(1).max(LARGEST_SIDE)]),
  preprocessing: preprocessingSchema,
  /** What else the decoder of the format needs, as the model's file says it. */
  extra: z.record(z.string().max(60), z.string().max(10_000)).optional(),
});
export type ModelAdapter = z.infer<typeof modelAdapterSchema>;

/** What each format says about. */
export const TASK_OF_FORMAT = {
  'classification/1': 'image_classification',
  'centers/1': 'object_detection',
  'boxes/1': 'object_detection',
  'semantic/1': 'semantic_segmentation',
  'instance/1': 'instance_segmentation',
  'keypoints/1': 'pose_estimation',
} as const satisfies Record<OutputFormat, z.infer<typeof taskTypeSchema>>;
