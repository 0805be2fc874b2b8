import { z } from 'zod';
import { sha256Schema, taskTypeSchema } from '../../common.js';
import { resolvedSplitSchema } from '../split.js';

/** Paths are relative to the folder of job.json, POSIX. */
const path = z.string().min(1).max(1024);

/** job.json, version 1: all that a trainer is told. Fields may be added in this version; a trainer must not mind them. */
export const trainerJobSchema = z.object({
  version: z.literal(1),
  job_id: z.uuid(),
  attempt: z.number().int().positive(),
  /** Id of the trainer. */
  model: z.string(),
  task_type: taskTypeSchema,
  multi_label: z.boolean(),
  /** In the order of the contiguous indices that a model learns; ids of the dataset may have gaps. */
  classes: z.array(z.object({ index: z.number().int().nonnegative(), id: z.number().int().nonnegative(), name: z.string() })),
  epochs: z.number().int().positive(),
  seed: z.number().int().nonnegative(),
  /** Complete: defaults are filled in. */
  hyperparameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  dataset: z.object({
    layout: z.enum(['dice', 'yolo']),
    folder: path,
    /** dice: annotations.json. yolo: data.yaml; null for classification, where the folders say all. */
    description: path.nullable(),
    /** Files with one image a line, as paths from `folder`, in a fixed order. */
    train_list: path,
    val_list: path,
    train_images: z.number().int().positive(),
    val_images: z.number().int().positive(),
    split: resolvedSplitSchema,
    snapshot_version: z.number().int().positive(),
    snapshot_sha256: sha256Schema,
  }),
  /** Where the trainer writes its files. It is there, and empty. */
  output_folder: path,
  /** Written by this trainer in an earlier attempt, byte for byte; null: from the beginning. */
  resume: z.object({ epoch: z.number().int().positive(), checkpoint: path }).nullable(),
  model_format: z.string(),
});
export type TrainerJob = z.infer<typeof trainerJobSchema>;
