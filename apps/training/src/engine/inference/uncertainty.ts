import type { ModelAdapter, PredictedObject } from '@app/contracts';
import type { RawOutput } from '../tasks/output-decoder.js';

/**
 * How unsure a model is of an image, 0 (sure) to 1, for asking people about the hardest first. One class of several: how near the second is to the first
 * (margin). Several labels: the label that is nearest to a half. Objects: the mean over them of how near each is to a half; an image in which it sees none: 0.
 */
export function uncertaintyOf(adapter: ModelAdapter, outputs: Readonly<Record<string, RawOutput>>, objects: readonly PredictedObject[]): number {
  const probabilities = adapter.output_format === 'classification/1' ? outputs['probabilities']?.data : undefined;
  if (probabilities !== undefined) return bounded(adapter.multi_label ? Math.max(...[...probabilities].map(doubt)) : 1 - margin(probabilities));
  return objects.length === 0 ? 0 : bounded(objects.reduce((sum, one) => sum + doubt(one.score), 0) / objects.length);
}

const doubt = (probability: number): number => 1 - Math.abs(2 * probability - 1);

function margin(probabilities: Float32Array): number {
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first - second;
}

const bounded = (value: number): number => (Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 1);
