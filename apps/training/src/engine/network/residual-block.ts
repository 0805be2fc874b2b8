import type { Value } from '../autodiff/graph.js';
import { relu } from '../autodiff/layers.js';
import { sum } from '../autodiff/layers-dense.js';
import type { NetworkBuilder } from './network-builder.js';

/** The input and what two convolutions add to it (He et al. 2016). */
export function residualBlock(build: NetworkBuilder, name: string, input: Value): Value {
  const filters = input.shape[1] ?? 0;
  const inner = build.convBlock(`${name}.a`, input, { filters, kernel: 3, stride: 1 });
  return relu(build.graph, sum(build.graph, input, build.normalisedConv(`${name}.b`, inner, { filters, kernel: 3, stride: 1 })));
}
