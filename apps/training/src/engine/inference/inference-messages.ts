import { epochMetricsSchema, inferenceImageSchema, modelAdapterSchema, predictedObjectSchema } from '@app/contracts';
import { z } from 'zod';

export const openMessageSchema = z.object({ kind: z.literal('open'), modelPath: z.string(), adapter: modelAdapterSchema, threads: z.number().int().positive(), measures: z.boolean() });
export type OpenMessage = z.infer<typeof openMessageSchema>;
const lookMessageSchema = z.object({ kind: z.literal('look'), id: z.number().int(), imageId: z.number().int(), path: z.string(), minScore: z.number(), truth: inferenceImageSchema.shape.truth });
export type LookMessage = z.infer<typeof lookMessageSchema>;

export const toChildSchema = z.discriminatedUnion('kind', [openMessageSchema, lookMessageSchema, z.object({ kind: z.literal('measure') }), z.object({ kind: z.literal('stop') })]);
export type ToChild = z.infer<typeof toChildSchema>;

const figures = epochMetricsSchema.pick({ primary_metric: true, scores: true, confusion_matrix: true, per_class: true }).extend({ primaryValue: z.number(), loss: z.number().nullable() });

const seenSchema = z.object({
  kind: z.literal('seen'),
  id: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  objects: z.array(predictedObjectSchema),
  uncertainty: z.number().min(0).max(1),
});
/** The image's own fault. */
const refusedSchema = z.object({ kind: z.literal('refused'), id: z.number().int(), reason: z.string().max(300) });

export const fromChildSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened') }),
  seenSchema,
  refusedSchema,
  z.object({ kind: z.literal('measured'), result: figures }),
  z.object({ kind: z.literal('failed'), code: z.string().max(60), detail: z.string().max(1000) }),
  z.object({ kind: z.literal('alive'), residentBytes: z.number().nonnegative() }),
]);
export type FromChild = z.infer<typeof fromChildSchema>;
export type Seen = z.infer<typeof seenSchema>;
export type Refused = z.infer<typeof refusedSchema>;
export type Measured = z.infer<typeof figures>;
