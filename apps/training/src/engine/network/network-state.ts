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

/** Whether every learned number is finite. */
export function isFinite(state: NetworkState): boolean {
  for (const { data } of state.parameters.values()) if (!data.every(Number.isFinite)) return false;
  return true;
}
