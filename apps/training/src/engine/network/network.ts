import { Graph } from '../autodiff/graph.js';
import { encodeModel } from '../onnx/onnx-model.js';
import type { TrainingTask } from '../tasks/training-task.js';
import { NetworkBuilder } from './network-builder.js';
import type { NetworkState } from './network-state.js';
import { Random } from './random.js';

export interface NetworkSpec {
  readonly task: TrainingTask;
  /** C, H, W */
  readonly imageShape: readonly [number, number, number];
  readonly seed: number;
  readonly threads: number;
}

export interface TrainingGraph {
  readonly model: Uint8Array;
  /** Names of the loss's parts. */
  readonly parts: readonly string[];
  readonly batchSize: number;
}

/** A training step as a file: from images, targets and parameters to the loss, its gradients and the batch's statistics. */
export function trainingGraph(spec: NetworkSpec, state: NetworkState, batchSize: number): TrainingGraph {
  const graph = new Graph();
  // Makes what the state lacks: a fresh start makes all of it.
  const build = new NetworkBuilder(graph, state, { mode: 'train', random: new Random(spec.seed, 1) });
  const images = graph.input('images', [batchSize, ...spec.imageShape]);
  const outputs = spec.task.outputs(build, images);
  const targets = Object.fromEntries(Object.entries(spec.task.targetShapes).map(([name, shape]) => [name, graph.input(`target:${name}`, [batchSize, ...shape])]));
  const { total, parts } = spec.task.loss(graph, outputs, targets);
  const gradients = graph.gradients(total, build.parameters);
  graph.output('loss', total);
  for (const [name, value] of Object.entries(parts)) graph.output(`part:${name}`, value);
  build.parameters.forEach((parameter, index) => graph.output(`gradient:${parameter.name}`, gradients[index] ?? total));
  for (const [name, statistics] of build.statistics) {
    graph.output(`mean:${name}`, statistics.mean);
    graph.output(`variance:${name}`, statistics.variance);
  }
  return { model: encodeModel(graph.toModel()), parts: Object.keys(parts), batchSize };
}

/** The model for use: kept statistics, the task's own outputs, any batch size. */
export function exportNetwork(spec: NetworkSpec, state: NetworkState, metadata: Readonly<Record<string, string>>): Uint8Array {
  const graph = new Graph();
  const build = new NetworkBuilder(graph, state, { mode: 'infer', random: new Random(spec.seed, 1) });
  const images = graph.input('images', [1, ...spec.imageShape], ['batch', ...spec.imageShape]);
  const exported = spec.task.exported(graph, spec.task.outputs(build, images));
  for (const [name, value] of Object.entries(exported)) graph.output(name, value, ['batch', ...value.shape.slice(1)]);
  return encodeModel(graph.toModel(metadata));
}
