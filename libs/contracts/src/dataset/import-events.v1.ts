import { z } from 'zod';
import { datasetIdSchema } from '../common.js';
import { defineEvent } from '../envelope/cloud-event.js';

const STREAM = 'VISION_DATASET';
export const IMPORT_KINDS = ['load-labels', 'unpack-zip', 'register-prefix', 'validate-zip'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

const reference = { import_id: z.uuid(), dataset_id: datasetIdSchema, kind: z.enum(IMPORT_KINDS) };

export const importProgressedV1 = defineEvent({
  subject: 'vision.dataset.import.progressed.v1',
  stream: STREAM,
  summary: 'Images or labels that lie in the bucket are being taken into a dataset.',
  data: z.object({ ...reference, done: z.number().int().nonnegative(), total: z.number().int().nonnegative().nullable(), refused: z.number().int().nonnegative() }),
});
export type ImportProgressedV1 = z.infer<typeof importProgressedV1.data>;

export const importCompletedV1 = defineEvent({
  subject: 'vision.dataset.import.completed.v1',
  stream: STREAM,
  summary: 'All that could be taken in was; what was refused is among the findings of the dataset.',
  data: z.object({ ...reference, done: z.number().int().nonnegative(), refused: z.number().int().nonnegative() }),
});
export type ImportCompletedV1 = z.infer<typeof importCompletedV1.data>;

export const importFailedV1 = defineEvent({
  subject: 'vision.dataset.import.failed.v1',
  stream: STREAM,
  summary: 'The import ended; what it had taken in stays.',
  data: z.object({ ...reference, code: z.string(), detail: z.string() }),
});
export type ImportFailedV1 = z.infer<typeof importFailedV1.data>;
