import { z } from 'zod';
import { datasetIdSchema } from '../common.js';
import { defineEvent } from '../envelope/cloud-event.js';

const STREAM = 'VISION_ANNOTATION';

export const imageAnnotatedV1 = defineEvent({
  subject: 'vision.annotation.image.annotated.v1',
  stream: STREAM,
  summary: 'The labels of an image have a new revision. Who needs them asks the API.',
  data: z.object({
    dataset_id: datasetIdSchema,
    image_id: z.number().int().positive(),
    revision: z.number().int().positive(),
    author: z.uuid(),
    status: z.enum(['unlabeled', 'labeled', 'reviewed']),
    added: z.number().int().nonnegative().describe('objects'),
    changed: z.number().int().nonnegative(),
    removed: z.number().int().nonnegative(),
    /** Position in the dataset's sequence of changes. */
    seq: z.number().int().nonnegative(),
  }),
});
export type ImageAnnotatedV1 = z.infer<typeof imageAnnotatedV1.data>;

export const classChangedV1 = defineEvent({
  subject: 'vision.annotation.class.changed.v1',
  stream: STREAM,
  summary: 'The classes of a dataset have a new revision.',
  data: z.object({
    dataset_id: datasetIdSchema,
    classes_revision: z.number().int().positive(),
    change: z.enum(['added', 'renamed', 'recolored', 'reordered', 'merged', 'deleted', 'described', 'restored']),
    class_id: z.number().int().nonnegative().nullable(),
    merged_into: z.number().int().nonnegative().nullable(),
    author: z.uuid(),
    seq: z.number().int().nonnegative(),
  }),
});
export type ClassChangedV1 = z.infer<typeof classChangedV1.data>;
