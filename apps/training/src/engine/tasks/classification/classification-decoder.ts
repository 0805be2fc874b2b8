import type { PredictedObject } from '@app/contracts';
import { outputOf, type DecodeOutputs } from '../output-decoder.js';

/** From this probability on an image has a label of several. */
export const LABEL_THRESHOLD = 0.5;

/** One class of several: the likeliest, nothing where that is one that is left out. Several labels: all that are likelier than not. */
export const decodeClassification: DecodeOutputs = (outputs, _fit, { classIds, multiLabel }) => {
  const probabilities = outputOf(outputs, 'probabilities').data;
  const said = classIds.map((classId, index) => ({ classId, score: Math.min(1, Math.max(0, probabilities[index] ?? 0)) })).sort((a, b) => b.score - a.score);
  const shown = multiLabel ? said.filter((one) => one.score >= LABEL_THRESHOLD) : said.slice(0, 1);
  return shown.flatMap(({ classId, score }): PredictedObject[] => (classId === null ? [] : [{ class_id: classId, score }]));
};
