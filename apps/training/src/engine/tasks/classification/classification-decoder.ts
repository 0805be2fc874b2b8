import type { PredictedObject } from '@app/contracts';
import { outputOf, type DecodeOutputs } from '../output-decoder.js';

/** From this probability on an image has a label of several. */
export const LABEL_THRESHOLD = 0.5;

/** One class of several: the likeliest. Several labels: all that are likelier than not. */
export const decodeClassification: DecodeOutputs = (outputs, _fit, { classIds, multiLabel }) => {
  const probabilities = outputOf(outputs, 'probabilities').data;
  const objects = classIds.map((classId, index): PredictedObject => ({ class_id: classId, score: Math.min(1, Math.max(0, probabilities[index] ?? 0)) })).sort((a, b) => b.score - a.score);
  return multiLabel ? objects.filter((one) => one.score >= LABEL_THRESHOLD) : objects.slice(0, 1);
};
