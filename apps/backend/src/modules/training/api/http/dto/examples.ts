import { validationExampleSchema } from '@app/contracts';
import { z } from 'zod';

export const listExamplesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(60).default(12),
  after: z.coerce.number().int().nonnegative().max(10_000).default(0).describe('how many are left out: `next` of the page before'),
});
export type ListExamplesRequest = z.infer<typeof listExamplesQuery>;

export const exampleListResponse = z.object({
  items: z.array(validationExampleSchema).describe('truth and predicted as bodies of label objects, in pixels of the upright image; image_id is the number of the image in its dataset'),
  next: z.number().int().nullable().describe('`after` of the next page; null: this is the last one'),
});
export type ExampleListResponse = z.infer<typeof exampleListResponse>;
