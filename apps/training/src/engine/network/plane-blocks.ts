import type { Value } from '../autodiff/graph.js';
import { bias, convolution, relu } from '../autodiff/layers.js';
import { dilatedConvolution, sum } from '../autodiff/layers-dense.js';
import type { NetworkBuilder } from './network-builder.js';

/** Parts of networks whose output is a plane. */

export interface BlockShape {
  readonly filters: number;
  readonly kernel: number;
  readonly dilation?: number;
}

/** Convolution without bias and batch norm, as wide and high as its input. He et al. 2015 for the weights. */
function normalised(build: NetworkBuilder, name: string, input: Value, { filters, kernel, dilation = 1 }: BlockShape): Value {
  const channels = input.shape[1] ?? 0;
  const weight = build.parameter(`${name}.weight`, [filters, channels, kernel, kernel], Math.sqrt(2 / (channels * kernel * kernel)));
  const convolved = dilation === 1 ? convolution(build.graph, input, weight, { stride: 1, padding: kernel >> 1 }) : dilatedConvolution(build.graph, input, weight, dilation);
  return build.batchNorm(name, convolved);
}

/** The input and what two convolutions add to it (He et al. 2016); the first looks `dilation` pixels far. */
export function residualBlock(build: NetworkBuilder, name: string, input: Value, dilation = 1): Value {
  const filters = input.shape[1] ?? 0;
  const inner = relu(build.graph, normalised(build, `${name}.a`, input, { filters, kernel: 3, dilation }));
  return relu(build.graph, sum(build.graph, input, normalised(build, `${name}.b`, inner, { filters, kernel: 3 })));
}

/** Convolution with a bias and nothing behind it: what a network says. */
export function planeHead(build: NetworkBuilder, name: string, input: Value, of: { readonly filters: number; readonly kernel: number; readonly deviation: number; readonly bias?: number }): Value {
  const { filters, kernel, deviation } = of;
  const weight = build.parameter(`${name}.weight`, [filters, input.shape[1] ?? 0, kernel, kernel], deviation);
  return bias(build.graph, convolution(build.graph, input, weight, { stride: 1, padding: kernel >> 1 }), build.constantParameter(`${name}.bias`, [filters], of.bias ?? 0));
}
