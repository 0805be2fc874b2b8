import type { NetworkSpec, TrainingGraph } from './network.js';
import type { NetworkState } from './network-state.js';

/** One tensor of a step, as a part of one long array of floats. */
export interface Segment {
  /** As the graph calls it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Where everything of a step lies, so that threads can share three arrays: parameters, and the inputs and outputs of each part of a batch. */
export interface StepLayout {
  readonly parameters: readonly Segment[];
  readonly inputs: readonly Segment[];
  readonly outputs: readonly Segment[];
}

export function stepLayout(spec: NetworkSpec, state: NetworkState, graph: Pick<TrainingGraph, 'parts' | 'batchSize'>): StepLayout {
  const { batchSize, parts } = graph;
  const targets = Object.entries(spec.task.targetShapes).map(([name, shape]): Named => [`target:${name}`, [batchSize, ...shape]]);
  const parameters = [...state.parameters].map(([name, { shape }]): Named => [name, shape]);
  const statistics = [...state.statistics].flatMap(([name, { mean }]): Named[] => [
    [`mean:${name}`, [mean.length]],
    [`variance:${name}`, [mean.length]],
  ]);
  const scalars = ['loss', ...parts.map((name) => `part:${name}`)].map((name): Named => [name, []]);
  return {
    parameters: segments(parameters),
    inputs: segments([['images', [batchSize, ...spec.imageShape]], ...targets]),
    outputs: segments([...scalars, ...parameters.map(([name, shape]): Named => [`gradient:${name}`, shape]), ...statistics]),
  };
}

type Named = readonly [name: string, shape: readonly number[]];

/** Floats of all segments together. */
export const floatsIn = (list: readonly Segment[]): number => list.reduce((sum, one) => sum + one.size, 0);

function segments(list: readonly Named[]): Segment[] {
  let offset = 0;
  return list.map(([name, shape]) => {
    const size = shape.reduce((product, one) => product * one, 1);
    const segment = { name, shape, offset, size };
    offset += size;
    return segment;
  });
}
