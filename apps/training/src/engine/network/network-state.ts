/** A learned tensor with Adam's moments. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Kept statistics of one normalisation. */
export interface RunningStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** All that a training changes. Maps keep the order in which the model declares its parts. */
export interface NetworkState {
  readonly parameters: Map<string, Parameter>;
  readonly statistics: Map<string, RunningStatistics>;
  /** Steps done. */
  step: number;
}

export const emptyState = (): NetworkState => ({ parameters: new Map(), statistics: new Map(), step: 0 });

/** Whether a training can go on with it: every number is finite, moments included, and what is a mean of squares is not negative. */
export function isFinite(state: NetworkState): boolean {
  const allFinite = (tensor: Float32Array): boolean => tensor.every(Number.isFinite);
  const allSquares = (tensor: Float32Array): boolean => tensor.every((value) => value >= 0 && value < Infinity);
  for (const { data, firstMoment, secondMoment } of state.parameters.values()) if (!allFinite(data) || !allFinite(firstMoment) || !allSquares(secondMoment)) return false;
  for (const { mean, variance } of state.statistics.values()) if (!allFinite(mean) || !allSquares(variance)) return false;
  return true;
}

/** Whether both have the same tensors: names, shapes and number. */
export function hasShapeOf(state: NetworkState, other: NetworkState): boolean {
  const shapes = ({ parameters, statistics }: NetworkState): string =>
    JSON.stringify([[...parameters].map(([name, { shape }]) => [name, shape]).sort(), [...statistics].map(([name, { mean }]) => [name, mean.length]).sort()]);
  return shapes(state) === shapes(other);
}
