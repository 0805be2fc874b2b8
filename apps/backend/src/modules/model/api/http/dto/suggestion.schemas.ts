import { datasetIdSchema, predictedObjectSchema } from '@app/contracts';
import { z } from 'zod';
import type { ImageAnswer } from '../../../application/ports/image-predictor.port.js';
import type { SuggestionView } from '../../../application/suggestion-desk.js';

const LARGEST = 2_147_483_647;
const MOST_IDS = 1_000;

/** The integers of DICE; `000005` is 5. */
const imageId = z
  .string()
  .regex(/^0{0,10}[1-9][0-9]{0,9}$/, 'an integer from 1')
  .refine((text) => Number(text) <= LARGEST, 'an integer from 1')
  .transform(Number);

export const suggestionPath = z.object({ id: datasetIdSchema, image_id: imageId });
export type SuggestionPath = z.infer<typeof suggestionPath>;

export const suggestionsResponse = z.object({
  items: z.array(
    z.object({
      id: z.uuid().describe('take it over by adding an object of this id to the labels (PATCH of the annotations); source manual, score and model as they are'),
      run_id: z.uuid(),
      model: z.object({ id: z.uuid(), name: z.string() }),
      score: z.number(),
      duplicate: z.boolean().describe('the labels have something of this class there already: boxes that overlap by 0.7, or, without boxes, the class'),
      object: z.record(z.string(), z.unknown()).describe('as the labels of the image show an object: id, class_id, class_name, source, score, model and what the task has'),
    }),
  ),
});
export type SuggestionsResponse = z.infer<typeof suggestionsResponse>;

export const rejectRequest = z.strictObject({ ids: z.array(z.uuid()).min(1).max(MOST_IDS).optional().describe('left out: all of the image') });
export type RejectRequest = z.infer<typeof rejectRequest>;
export const rejectedResponse = z.object({ rejected: z.number().int().describe('those that were open') });
export type RejectedResponse = z.infer<typeof rejectedResponse>;

export const predictRequest = z.strictObject({ image_id: z.number().int().min(1).max(LARGEST), min_score: z.number().min(0).max(1).default(0.1) });
export const predictForm = z.strictObject({ min_score: z.coerce.number().min(0).max(1).default(0.1) });

export const predictionResponse = z.object({
  width: z.number().int().describe('of the upright image, pixels'),
  height: z.number().int(),
  objects: z.array(predictedObjectSchema).describe('in pixels of the upright image, the surest first'),
  uncertainty: z.number().describe('0: sure'),
  milliseconds: z.number().describe('that the worker took'),
});
export type PredictionResponse = z.infer<typeof predictionResponse>;

export function toSuggestions(views: readonly SuggestionView[]): SuggestionsResponse {
  return {
    items: views.map(({ suggestion: { id, runId, modelId, modelName, score }, object, duplicate }) => ({ id, run_id: runId, model: { id: modelId, name: modelName }, score, duplicate, object: { ...object } })),
  };
}

export function toPrediction({ width, height, objects, uncertainty, milliseconds }: ImageAnswer): PredictionResponse {
  return { width, height, objects, uncertainty, milliseconds };
}
