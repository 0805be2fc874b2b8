import { z } from 'zod';

const pixels = z.number();
const probability = z.number().min(0).max(1);

/**
 * One object that a model sees, as the body of a label object says it, in pixels of the upright original image, with a score. Which fields stand there follows
 * from the task: classification has none but the class, detection `bbox`, instances `bbox` and `segmentation`, keypoints `bbox` and `keypoints`, semantic masks
 * `counts` (one object a class).
 */
export const predictedObjectSchema = z.object({
  class_id: z.number().int().nonnegative(),
  score: probability,
  /** x, y, width, height. */
  bbox: z.array(pixels).length(4).optional(),
  /** Rings of one object: x, y, x, y ... */
  segmentation: z.array(z.array(pixels).min(6)).min(1).optional(),
  /** x, y, visibility (0, 1, 2) for each point of the class's skeleton. */
  keypoints: z.array(pixels).optional(),
  /** COCO run lengths, column-major, of the image's size. */
  counts: z.string().optional(),
});
export type PredictedObject = z.infer<typeof predictedObjectSchema>;

/** What a model sees in one image. One line of the NDJSON that a worker uploads. */
export const imagePredictionSchema = z.object({
  /** Id of the image in its dataset. */
  image_id: z.number().int(),
  /** The surest first. */
  objects: z.array(predictedObjectSchema).max(1000),
  /** How unsure the model is of the whole image; 0: sure. Orders the images that are worth labeling next. */
  uncertainty: probability,
});
export type ImagePrediction = z.infer<typeof imagePredictionSchema>;

/** A validation image with what people say and what the model says. One line of the NDJSON that comes with a trained model, the worst first. */
export const validationExampleSchema = z.object({
  image_id: z.number().int(),
  /** 0 (all wrong) to 1, by the task's own measure on this one image. */
  quality: probability,
  truth: z.array(predictedObjectSchema.omit({ score: true })).max(1000),
  predicted: z.array(predictedObjectSchema).max(1000),
});
export type ValidationExample = z.infer<typeof validationExampleSchema>;
