import type { NetworkState } from '../network/network-state.js';

/** What was taken from the other model, by name. */
export interface WarmStart {
  readonly taken: readonly string[];
  readonly fresh: readonly string[];
}

/**
 * Begins with the weights of another model: tensors of equal name and shape are taken over, and so are the statistics of normalisations. All others keep
 * their fresh start, as a head for other classes must. Moments and the step begin anew.
 */
export function takeWeights(state: NetworkState, from: NetworkState): WarmStart {
  const taken: string[] = [];
  const fresh: string[] = [];
  for (const [name, parameter] of state.parameters) {
    const other = from.parameters.get(name);
    const fits = other !== undefined && other.shape.length === parameter.shape.length && other.shape.every((size, axis) => size === parameter.shape[axis]);
    if (fits) parameter.data.set(other.data);
    (fits ? taken : fresh).push(name);
  }
  for (const [name, kept] of state.statistics) {
    const other = from.statistics.get(name);
    if (other === undefined || other.mean.length !== kept.mean.length) continue;
    kept.mean.set(other.mean);
    kept.variance.set(other.variance);
  }
  return { taken, fresh };
}
