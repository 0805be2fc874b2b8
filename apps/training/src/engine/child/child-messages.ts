import { epochMetricsSchema, taskTypeSchema } from '@app/contracts';
import { z } from 'zod';

export const startMessageSchema = z.object({
  kind: z.literal('start'),
  spec: z.object({
    taskType: taskTypeSchema,
    multiLabel: z.boolean(),
    classes: z.array(z.object({ id: z.number().int(), name: z.string() })),
    model: z.string(),
    hyperparameters: z.record(z.string(), z.unknown()),
    imageSide: z.number().int().positive(),
    cacheFile: z.string(),
    samplesFile: z.string(),
    initFile: z.string().nullable(),
    snapshotSha256: z.string(),
  }),
  epochs: z.number().int().positive(),
  /** Folder that checkpoints are written to. */
  outputDirectory: z.string(),
  resumeFile: z.string().nullable(),
});
export type StartMessage = z.infer<typeof startMessageSchema>;

export const toChildSchema = z.discriminatedUnion('kind', [startMessageSchema, z.object({ kind: z.literal('stop') })]);
export type ToChild = z.infer<typeof toChildSchema>;

const fileSchema = z.object({ path: z.string(), sizeBytes: z.number().int().positive(), sha256: z.string() });
export type OutputFile = z.infer<typeof fileSchema>;

export const fromChildSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), engine: z.string(), /** For the job's log. */ notice: z.string().max(1000).optional(), resumedFromEpoch: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('step'), epoch: z.number().int(), step: z.number().int(), steps: z.number().int(), loss: z.number().nullable(), imagesPerSecond: z.number() }),
  z.object({ kind: z.literal('evaluating'), epoch: z.number().int() }),
  z.object({ kind: z.literal('epoch'), metrics: epochMetricsSchema, /** Null: a trainer of an operator's own need not write one each epoch. */ state: fileSchema.nullable(), model: fileSchema.nullable() }),
  /** `examples`: validation images of the best epoch, where this run trained it. `model`: where it is none of the epochs' models. */
  z.object({ kind: z.literal('done'), bestEpoch: z.number().int().positive(), lastEpoch: z.number().int().positive(), examples: fileSchema.nullable(), model: fileSchema.optional() }),
  z.object({ kind: z.literal('stopped') }),
  /** A sign of life between steps. It ends at EngineProcess and is not handed on. */
  z.object({ kind: z.literal('alive'), residentBytes: z.number().nonnegative() }),
  z.object({ kind: z.literal('failed'), code: z.string(), detail: z.string() }),
]);
export type FromChild = z.infer<typeof fromChildSchema>;
