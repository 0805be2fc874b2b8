import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../onnx/onnx-model.js';
import { openSession } from '../network/session.js';
import { Graph, type Value } from './graph.js';
import { batchNormTraining, bias, convolution, dense, flatten, globalAveragePool, maxPool, relu } from './layers.js';
import { sigmoidBinaryCrossEntropy, softmaxCrossEntropy } from './losses.js';

interface Layer {
  readonly kind: 'conv' | 'norm' | 'relu' | 'maxpool' | 'average' | 'flatten' | 'dense';
  readonly filters?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
}

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly batch: number;
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly loss: 'softmax' | 'sigmoid';
  readonly layers: readonly Layer[];
  readonly expected: { readonly loss: number; readonly gradients: Readonly<Record<string, { readonly norm: number; readonly step: number; readonly samples: readonly number[] }>> };
}

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'reference/gradients.json'), 'utf8')) as { cases: Case[] };

/** The generator of scripts/gradient-reference.py. */
class Lcg {
  constructor(private state: number) {}

  floats(count: number, scale = 1, offset = 0): Float32Array {
    return Float32Array.from({ length: count }, () => {
      this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
      return ((this.state / 2 ** 32) * 2 - 1) * scale + offset;
    });
  }
}

/** Layers without parameters. */
const SIMPLE: Partial<Record<Layer['kind'], (graph: Graph, value: Value) => Value>> = {
  relu,
  maxpool: (graph, value) => maxPool(graph, value, 2),
  average: globalAveragePool,
  flatten,
};

interface Built {
  readonly feeds: Map<string, Float32Array>;
  readonly shapes: Map<string, readonly number[]>;
  readonly parameters: readonly Value[];
  readonly graph: Graph;
}

function build(one: Case): Built {
  const graph = new Graph();
  const random = new Lcg(one.seed);
  const feeds = new Map<string, Float32Array>();
  const shapes = new Map<string, readonly number[]>();
  const parameters: Value[] = [];
  const feed = (name: string, shape: readonly number[], data: Float32Array): Value => {
    feeds.set(name, data);
    shapes.set(name, shape);
    return graph.input(name, shape);
  };
  const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
  const parameter = (name: string, shape: readonly number[], range: { scale: number; offset?: number }): Value => {
    const value = feed(name, shape, random.floats(size(shape), range.scale, range.offset));
    parameters.push(value);
    return value;
  };
  const imageShape = [one.batch, one.channels, one.side, one.side];
  let value = feed('images', imageShape, random.floats(size(imageShape)));
  one.layers.forEach((layer, index) => {
    const channels = value.shape[1] ?? 0;
    const simple = SIMPLE[layer.kind];
    if (simple !== undefined) value = simple(graph, value);
    if (layer.kind === 'conv') {
      const { filters = 1, kernel = 1, stride = 1, padding = 0 } = layer;
      value = convolution(graph, value, parameter(`weight${index}`, [filters, channels, kernel, kernel], { scale: 0.4 }), { stride, padding });
    }
    if (layer.kind === 'norm') {
      const gamma = parameter(`gamma${index}`, [channels], { scale: 0.3, offset: 1 });
      value = batchNormTraining(graph, value, { gamma, beta: parameter(`beta${index}`, [channels], { scale: 0.3 }) }).output;
    }
    if (layer.kind === 'dense') {
      const weight = parameter(`weight${index}`, [channels, one.classes], { scale: channels <= 256 ? 0.3 : 0.02 });
      value = bias(graph, dense(graph, value, weight), parameter(`bias${index}`, [one.classes], { scale: 0.3 }));
    }
  });
  const targets = {
    classes: feed('classes', [one.batch, one.classes], Float32Array.from({ length: one.batch * one.classes }, (_, at) => target(one, Math.floor(at / one.classes), at % one.classes))),
    weights: feed('weights', [one.batch, 1], Float32Array.from({ length: one.batch }, (_, row) => 0.5 + (row % 3) * 0.5)),
  };
  const loss = one.loss === 'softmax' ? softmaxCrossEntropy(graph, value, targets) : sigmoidBinaryCrossEntropy(graph, value, targets);
  graph.output('loss', loss);
  const gradients = graph.gradients(loss, parameters);
  parameters.forEach((one_, index) => graph.output(`gradient:${one_.name}`, gradients[index] ?? loss));
  return { feeds, shapes, parameters, graph };
}

const target = (one: Case, row: number, column: number): number => (one.loss === 'softmax' ? Number(row % one.classes === column) : (row + column) % 2);

async function evaluate({ feeds, shapes, graph }: Built): Promise<{ at(name: string): Float32Array; again(changed: Map<string, Float32Array>): Promise<number>; close(): Promise<void> }> {
  const session = await openSession(encodeModel(graph.toModel()), 1);
  const tensors = (data: ReadonlyMap<string, Float32Array>): Record<string, Tensor> => Object.fromEntries([...data].map(([name, values]) => [name, new Tensor('float32', values, [...(shapes.get(name) ?? [])])]));
  const results = await session.run(tensors(feeds));
  return {
    at: (name) => results[name]?.data as Float32Array,
    again: async (changed) => Number(((await session.run(tensors(new Map([...feeds, ...changed])), ['loss']))['loss']?.data as Float32Array)[0]),
    close: () => session.release(),
  };
}

describe('gradients', () => {
  it.each(cases.map((one) => [one.name, one] as const))('equal those of PyTorch: %s', async (_, one) => {
    const built = build(one);
    const run = await evaluate(built);
    expect(run.at('loss')[0]).toBeCloseTo(one.expected.loss, 4);
    for (const { name } of built.parameters) {
      const expected = one.expected.gradients[name];
      const gradient = run.at(`gradient:${name}`);
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      const most = expected?.norm ?? 0;
      expect(Math.abs(norm - most), `${name} norm`).toBeLessThanOrEqual(2e-5 * Math.max(1, most));
      expected?.samples.forEach((sample, index) => expect(Math.abs((gradient[index * expected.step] ?? 0) - sample), `${name}[${index * expected.step}]`).toBeLessThanOrEqual(1e-5 * Math.max(1, most)));
    }
    await run.close();
  });

  it('equal finite differences, at a realistic size too', async () => {
    for (const one of cases.filter((candidate) => ['batch norm', 'several labels', 'realistic size'].includes(candidate.name))) {
      const built = build(one);
      const run = await evaluate(built);
      for (const { name } of built.parameters.filter(({ name: parameter }) => parameter.startsWith('gamma') || parameter.startsWith('bias'))) {
        // Along the gradient itself the loss changes most: float32 can tell it from its noise.
        const gradient = run.at(`gradient:${name}`);
        const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
        const step = 0.01;
        const moved = (sign: number): Map<string, Float32Array> => new Map([[name, (built.feeds.get(name) ?? gradient).map((value, index) => value + (sign * step * (gradient[index] ?? 0)) / norm)]]);
        const slope = ((await run.again(moved(1))) - (await run.again(moved(-1)))) / (2 * step);
        expect(Math.abs(slope - norm), `${one.name} ${name}`).toBeLessThanOrEqual(0.05 * norm + 2e-4);
      }
      await run.close();
    }
  });
});
