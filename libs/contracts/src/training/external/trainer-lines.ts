import { z } from 'zod';
import { epochMetricsSchema } from '../epoch-metrics.js';

const finiteOrNull = z.number().nullable();
/** A file of the output folder, as a path from it. */
const file = z.string().min(1).max(500);

const MOST_SCORES = 200;

/** The figures of an epoch as a trainer tells them: what it leaves out is null, or measured by the platform. */
export const trainerMetricsSchema = epochMetricsSchema
  .partial({ train_loss: true, val_loss: true, scores: true, learning_rate: true, images_per_second: true, cpu_seconds: true, wall_seconds: true })
  // Tables that are too large for a report are left out of it; these two never are.
  .refine(({ scores, loss_parts: parts }) => [scores, parts].every((one) => Object.keys(one ?? {}).length <= MOST_SCORES), { message: `scores and loss_parts have ${MOST_SCORES} members at most` });

export const progressLineSchema = z.object({
  type: z.literal('progress'),
  epoch: z.number().int().positive(),
  /** Of the epoch, 0..1. */
  fraction: z.number().min(0).max(1),
  images_per_second: finiteOrNull.optional(),
  phase: z.enum(['training', 'evaluating']).default('training'),
});

export const epochLineSchema = z.object({
  type: z.literal('epoch'),
  metrics: trainerMetricsSchema,
  /** What an attempt can go on from. Whole when this line is written; copied before the next line is read. */
  checkpoint: file.optional(),
  /** The model after this epoch, in the declared format. */
  model: file.optional(),
});

export const logLineSchema = z.object({ type: z.literal('log'), level: z.enum(['info', 'warn', 'error']).default('info'), message: z.string() });

export const doneLineSchema = z.object({
  type: z.literal('done'),
  /** Left out: the epoch with the largest primary value, the first of equals. */
  best_epoch: z.number().int().positive().optional(),
  /** The final model. Left out: the one of the best epoch. */
  model: file.optional(),
  /** What the best epoch's model says of validation images: a `validationExampleSchema` a line, the worst first. */
  examples: file.optional(),
});

export const failedLineSchema = z.object({ type: z.literal('failed'), message: z.string().min(1), retryable: z.boolean().default(false) });

/** One line of a trainer's standard output, version 1. Whatever is none of these is a line of its log. */
export const trainerLineSchema = z.discriminatedUnion('type', [progressLineSchema, epochLineSchema, logLineSchema, doneLineSchema, failedLineSchema]);
export type TrainerLine = z.infer<typeof trainerLineSchema>;
export type TrainerMetrics = z.infer<typeof trainerMetricsSchema>;

export const TRAINER_LINE_TYPES: ReadonlySet<string> = new Set(['progress', 'epoch', 'log', 'done', 'failed']);
