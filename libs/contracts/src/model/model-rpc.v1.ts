import { z } from 'zod';
import { objectKeySchema, sha256Schema } from '../common.js';
import { defineRpc } from '../envelope/cloud-event.js';
import { imagePredictionSchema } from '../training/prediction.js';
import { modelAdapterSchema } from './model-adapter.js';

const objectSchema = z.object({ key: objectKeySchema, size_bytes: z.number().int().positive(), sha256: sha256Schema });

/** A model in the store with what is needed to use it. */
export const usableModelSchema = z.object({ id: z.uuid(), name: z.string().max(200), object: objectSchema, adapter: modelAdapterSchema });
export type UsableModel = z.infer<typeof usableModelSchema>;

/** Answered by any worker; `unavailable` by one that has too much in hand. */
export const predictImageRpcV1 = defineRpc({
  subject: 'vision.model.rpc.predict.v1',
  summary: 'What a model says of one image that lies in the store.',
  request: z.object({ model: usableModelSchema, image: objectSchema, min_score: z.number().min(0).max(1) }),
  reply: imagePredictionSchema.omit({ image_id: true }).extend({
    /** Of the upright image, pixels. */
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    milliseconds: z.number().nonnegative(),
  }),
});
