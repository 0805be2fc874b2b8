import type { Parameter } from './network-state.js';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/**
 * One step of AdamW (Loshchilov and Hutter 2019), in place. Weight decay does not touch vectors: biases and normalisations have none.
 * Plain loops over float32: the same numbers on every machine.
 */
export function adamStep(parameter: Parameter, gradient: Float32Array, by: { readonly step: number; readonly learningRate: number; readonly weightDecay: number }): void {
  const { data, firstMoment, secondMoment } = parameter;
  const correction1 = 1 - BETA_1 ** by.step;
  const correction2 = 1 - BETA_2 ** by.step;
  const decay = parameter.shape.length > 1 ? by.weightDecay * by.learningRate : 0;
  for (let index = 0; index < data.length; index += 1) {
    const slope = gradient[index] ?? 0;
    const first = BETA_1 * (firstMoment[index] ?? 0) + (1 - BETA_1) * slope;
    const second = BETA_2 * (secondMoment[index] ?? 0) + (1 - BETA_2) * slope * slope;
    firstMoment[index] = first;
    secondMoment[index] = second;
    const value = data[index] ?? 0;
    data[index] = value - (by.learningRate * (first / correction1)) / (Math.sqrt(second / correction2) + EPSILON) - decay * value;
  }
}

/** Linear warm-up, then half a cosine down to nothing. `step` counts from 1. */
export function learningRateAt(step: number, schedule: { readonly peak: number; readonly warmupSteps: number; readonly totalSteps: number }): number {
  if (step <= schedule.warmupSteps) return (schedule.peak * step) / schedule.warmupSteps;
  const progress = (step - schedule.warmupSteps) / Math.max(1, schedule.totalSteps - schedule.warmupSteps + 1);
  return schedule.peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
