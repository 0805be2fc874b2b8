import { z } from 'zod';
import { datasetIdSchema, taskTypeSchema } from '../common.js';
import { defineEvent } from '../envelope/cloud-event.js';

const STREAM = 'VISION_DATASET';

export const datasetCreatedV1 = defineEvent({
  subject: 'vision.dataset.dataset.created.v1',
  stream: STREAM,
  summary: 'An empty dataset was created; its images follow one by one.',
  data: z.object({ dataset_id: datasetIdSchema, task_type: taskTypeSchema, created_by: z.uuid() }),
});
export type DatasetCreatedV1 = z.infer<typeof datasetCreatedV1.data>;

export const datasetUploadedV1 = defineEvent({
  subject: 'vision.dataset.dataset.uploaded.v1',
  stream: STREAM,
  summary: 'A finished dataset (DICE zip) passed validation and was registered.',
  data: z.object({
    dataset_id: datasetIdSchema,
    task_type: taskTypeSchema,
    num_images: z.number().int().nonnegative(),
    num_classes: z.number().int().nonnegative(),
    uploaded_by: z.uuid(),
  }),
});
export type DatasetUploadedV1 = z.infer<typeof datasetUploadedV1.data>;

export const datasetDeletedV1 = defineEvent({
  subject: 'vision.dataset.dataset.deleted.v1',
  stream: STREAM,
  summary: 'A dataset was moved to the trash.',
  data: z.object({ dataset_id: datasetIdSchema, deleted_by: z.uuid() }),
});
export type DatasetDeletedV1 = z.infer<typeof datasetDeletedV1.data>;

export const datasetRestoredV1 = defineEvent({
  subject: 'vision.dataset.dataset.restored.v1',
  stream: STREAM,
  summary: 'A dataset was taken back from the trash.',
  data: z.object({ dataset_id: datasetIdSchema, restored_by: z.uuid() }),
});
export type DatasetRestoredV1 = z.infer<typeof datasetRestoredV1.data>;
