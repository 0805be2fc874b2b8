import { z } from 'zod';

const finiteOrNull = z.number().nullable();

/** What an engine measured after one epoch. Loss and scores are null where they were not finite (`non_finite` says so). */
export const epochMetricsSchema = z.object({
  epoch: z.number().int().positive(),
  train_loss: finiteOrNull,
  val_loss: finiteOrNull,
  /** The figure that decides which epoch is best, 0..1, larger is better: accuracy, mAP50-95, mIoU ... as `primary_metric` names it. */
  primary_metric: z.string().max(40),
  primary_value: finiteOrNull,
  /** Scalars by name, such as accuracy, precision, recall, f1, map50. */
  scores: z.record(z.string().max(40), finiteOrNull).refine((scores) => Object.keys(scores).length <= 200, '200 scores at most'),
  /** Rows are true classes, columns predicted classes, in the order of the training's contiguous class indices. Counts. */
  confusion_matrix: z.array(z.array(z.number().int().nonnegative())).optional(),
  per_class: z
    .array(z.object({ class_id: z.number().int().nonnegative(), precision: finiteOrNull, recall: finiteOrNull, f1: finiteOrNull, support: z.number().int().nonnegative(), ap50: finiteOrNull.optional(), ap50_95: finiteOrNull.optional(), iou: finiteOrNull.optional() }))
    .optional(),
  /** Parts of the training loss by name, where it is a sum of several. */
  loss_parts: z.record(z.string().max(40), finiteOrNull).optional(),
  learning_rate: z.number().nonnegative(),
  images_per_second: z.number().nonnegative(),
  /** CPU seconds of the training process in this epoch, all cores added up. */
  cpu_seconds: z.number().nonnegative(),
  wall_seconds: z.number().nonnegative(),
  non_finite: z.boolean().optional(),
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;
