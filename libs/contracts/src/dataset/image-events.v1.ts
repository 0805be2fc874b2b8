import { z } from 'zod';
import { datasetIdSchema, sha256Schema } from '../common.js';
import { defineEvent } from '../envelope/cloud-event.js';

const STREAM = 'VISION_DATASET';

/** The images of a zip are not told one by one; `import.completed` tells of them. */
export const imageAddedV1 = defineEvent({
  subject: 'vision.dataset.image.added.v1',
  stream: STREAM,
  summary: 'An image was added to a dataset, or other bytes took the place of it.',
  data: z.object({
    dataset_id: datasetIdSchema,
    image_id: z.number().int().positive(),
    file_name: z.string(),
    sha256: sha256Schema,
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    replaced: z.boolean(),
    added_by: z.uuid(),
    /** Position in the dataset's sequence of changes. */
    seq: z.number().int().nonnegative(),
  }),
});
export type ImageAddedV1 = z.infer<typeof imageAddedV1.data>;

export const imageRemovedV1 = defineEvent({
  subject: 'vision.dataset.image.removed.v1',
  stream: STREAM,
  summary: 'An image was removed from a dataset; versions made before keep it.',
  data: z.object({ dataset_id: datasetIdSchema, image_id: z.number().int().positive(), removed_by: z.uuid(), seq: z.number().int().nonnegative() }),
});
export type ImageRemovedV1 = z.infer<typeof imageRemovedV1.data>;
