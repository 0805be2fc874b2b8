import type { Graph, Value } from '../autodiff/graph.js';
import { batchNormInference, batchNormTraining, bias, convolution, dense, relu, type BatchStatistics } from '../autodiff/layers.js';
import type { NetworkState } from './network-state.js';
import type { Random } from './random.js';

/** How values enter the graph: as inputs of each step, or as part of the file. */
export type BuildMode = 'train' | 'infer';

export interface ConvShape {
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
}

/** What a model's description is written in. Makes parameters at the first build, and finds them again at the next. */
export class NetworkBuilder {
  readonly parameters: Value[] = [];
  readonly statistics = new Map<string, BatchStatistics>();

  constructor(
    readonly graph: Graph,
    private readonly state: NetworkState,
    private readonly options: { readonly mode: BuildMode; readonly random: Random },
  ) {}

  /** A head that only the loss looks at is left out of the exported file. */
  get mode(): BuildMode {
    return this.options.mode;
  }

  /** Convolution without bias, batch norm, ReLU. He et al. 2015 for the weights. */
  convBlock(name: string, input: Value, shape: ConvShape): Value {
    return relu(this.graph, this.normalisedConv(name, input, shape));
  }

  /** The same before its ReLU, for what is added to something first. */
  normalisedConv(name: string, input: Value, shape: ConvShape): Value {
    const channels = input.shape[1] ?? 0;
    const { filters, kernel, stride } = shape;
    const weight = this.parameter(`${name}.weight`, [filters, channels, kernel, kernel], Math.sqrt(2 / (channels * kernel * kernel)));
    return this.batchNorm(name, convolution(this.graph, input, weight, { stride, padding: kernel >> 1 }));
  }

  /** 1 x 1 convolution with a bias that begins at `start`: what the network says of each place. */
  headLayer(name: string, input: Value, outputs: number, from: { readonly deviation: number; readonly start: number }): Value {
    const weight = this.parameter(`${name}.weight`, [outputs, input.shape[1] ?? 0, 1, 1], from.deviation);
    return bias(this.graph, convolution(this.graph, input, weight, { stride: 1, padding: 0 }), this.constantParameter(`${name}.bias`, [outputs], from.start));
  }

  denseLayer(name: string, input: Value, outputs: number, deviation: number): Value {
    const weight = this.parameter(`${name}.weight`, [input.shape[1] ?? 0, outputs], deviation);
    return bias(this.graph, dense(this.graph, input, weight), this.constantParameter(`${name}.bias`, [outputs], 0));
  }

  private batchNorm(name: string, input: Value): Value {
    const channels = input.shape[1] ?? 0;
    const gamma = this.constantParameter(`${name}.gamma`, [channels], 1);
    const beta = this.constantParameter(`${name}.beta`, [channels], 0);
    const kept = this.keptStatistics(name, channels);
    if (this.options.mode === 'infer') {
      const mean = this.graph.parameter(`${name}.mean`, [channels], kept.mean);
      return batchNormInference(this.graph, input, { gamma, beta, mean, variance: this.graph.parameter(`${name}.variance`, [channels], kept.variance) });
    }
    const { output, statistics } = batchNormTraining(this.graph, input, { gamma, beta });
    this.statistics.set(name, statistics);
    return output;
  }

  private keptStatistics(name: string, channels: number): { readonly mean: Float32Array; readonly variance: Float32Array } {
    const known = this.state.statistics.get(name) ?? { mean: new Float32Array(channels), variance: new Float32Array(channels).fill(1) };
    this.state.statistics.set(name, known);
    return known;
  }

  private parameter(name: string, shape: readonly number[], deviation: number): Value {
    return this.declare(name, shape, () => this.options.random.gaussian() * deviation);
  }

  private constantParameter(name: string, shape: readonly number[], value: number): Value {
    return this.declare(name, shape, () => value);
  }

  private declare(name: string, shape: readonly number[], initial: () => number): Value {
    const size = shape.reduce((product, one) => product * one, 1);
    const known = this.state.parameters.get(name) ?? {
      shape,
      data: Float32Array.from({ length: size }, initial),
      firstMoment: new Float32Array(size),
      secondMoment: new Float32Array(size),
    };
    this.state.parameters.set(name, known);
    const value = this.options.mode === 'infer' ? this.graph.parameter(name, shape, known.data) : this.graph.input(name, shape);
    this.parameters.push(value);
    return value;
  }
}
