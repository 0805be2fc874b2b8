import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Graph, type Value } from '../autodiff/graph.js';
import { sigmoidBinaryCrossEntropy, softmaxCrossEntropy } from '../autodiff/losses.js';
import { encodeModel } from '../onnx/onnx-model.js';
import { adamStep } from './adam.js';
import { NetworkBuilder } from './network-builder.js';
import type { NetworkState } from './network-state.js';
import { Random } from './random.js';

/** A model as a function from the batch of images (NCHW) to logits (NK). */
export type Architecture = (build: NetworkBuilder, images: Value) => Value;

export interface NetworkSpec {
  readonly architecture: Architecture;
  /** C, H, W */
  readonly imageShape: readonly [number, number, number];
  readonly classCount: number;
  readonly multiLabel: boolean;
  readonly seed: number;
  readonly threads: number;
}

const SESSION = { graphOptimizationLevel: 'all', logSeverityLevel: 3, executionMode: 'sequential', extra: { session: { intra_op: { allow_spinning: '0' } } } } as const;

export async function openSession(model: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(model, { ...SESSION, intraOpNumThreads: threads, interOpNumThreads: 1 });
}

/** Runs training steps: forward and backward in onnxruntime as one graph, the update here. */
export class Trainer {
  private constructor(
    private readonly spec: NetworkSpec,
    private readonly state: NetworkState,
    private readonly session: InferenceSession,
    readonly batchSize: number,
  ) {}

  /** Makes what the state lacks (a fresh start makes all of it) and compiles the step for one batch size. */
  static async open(spec: NetworkSpec, state: NetworkState, batchSize: number): Promise<Trainer> {
    const graph = new Graph();
    const build = new NetworkBuilder(graph, state, { mode: 'train', random: new Random(spec.seed, 1) });
    const images = graph.input('images', [batchSize, ...spec.imageShape]);
    const logits = spec.architecture(build, images);
    const targets = { classes: graph.input('classes', [batchSize, spec.classCount]), weights: graph.input('weights', [batchSize, 1]) };
    const loss = spec.multiLabel ? sigmoidBinaryCrossEntropy(graph, logits, targets) : softmaxCrossEntropy(graph, logits, targets);
    const gradients = graph.gradients(loss, build.parameters);
    graph.output('loss', loss);
    build.parameters.forEach((parameter, index) => graph.output(`gradient:${parameter.name}`, gradients[index] ?? loss));
    for (const [name, statistics] of build.statistics) {
      graph.output(`mean:${name}`, statistics.mean);
      graph.output(`variance:${name}`, statistics.variance);
    }
    return new Trainer(spec, state, await openSession(encodeModel(graph.toModel()), spec.threads), batchSize);
  }

  /** One step; answers the loss. `images` is NCHW, `classes` NK, `weights` N. */
  async step(batch: { readonly images: Float32Array; readonly classes: Float32Array; readonly weights: Float32Array }, rates: { readonly learningRate: number; readonly weightDecay: number }): Promise<number> {
    const feeds: Record<string, Tensor> = {
      images: new Tensor('float32', batch.images, [this.batchSize, ...this.spec.imageShape]),
      classes: new Tensor('float32', batch.classes, [this.batchSize, this.spec.classCount]),
      weights: new Tensor('float32', batch.weights, [this.batchSize, 1]),
    };
    for (const [name, parameter] of this.state.parameters) feeds[name] = new Tensor('float32', parameter.data, parameter.shape);
    const results = await this.session.run(feeds);
    try {
      this.update(results, rates);
      return floatsOf(results, 'loss')[0] ?? Number.NaN;
    } finally {
      for (const tensor of Object.values(results)) tensor.dispose();
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private update(results: InferenceSession.OnnxValueMapType, rates: { readonly learningRate: number; readonly weightDecay: number }): void {
    this.state.step += 1;
    const { step } = this.state;
    for (const [name, parameter] of this.state.parameters) adamStep(parameter, floatsOf(results, `gradient:${name}`), { step, ...rates });
    // Early on the kept statistics follow quickly, later slowly.
    const keep = Math.min(0.95, step / (step + 10));
    for (const [name, kept] of this.state.statistics) {
      blend(kept.mean, floatsOf(results, `mean:${name}`), keep);
      blend(kept.variance, floatsOf(results, `variance:${name}`), keep);
    }
  }
}

function floatsOf(results: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the graph has no float output ${name}`);
  return data;
}

function blend(kept: Float32Array, fresh: Float32Array, keep: number): void {
  for (let index = 0; index < kept.length; index += 1) kept[index] = keep * (kept[index] ?? 0) + (1 - keep) * (fresh[index] ?? 0);
}

/** The model for use: kept statistics, probabilities as output, any batch size. */
export function exportNetwork(spec: NetworkSpec, state: NetworkState, metadata: Readonly<Record<string, string>>): Uint8Array {
  const graph = new Graph();
  const build = new NetworkBuilder(graph, state, { mode: 'infer', random: new Random(spec.seed, 1) });
  const images = graph.input('images', [1, ...spec.imageShape], ['batch', ...spec.imageShape]);
  const logits = spec.architecture(build, images);
  const probabilities = spec.multiLabel ? graph.node('Sigmoid', [logits], logits.shape) : graph.node('Softmax', [logits], logits.shape, { axis: 1 });
  graph.output('probabilities', probabilities, ['batch', spec.classCount]);
  return encodeModel(graph.toModel(metadata));
}
