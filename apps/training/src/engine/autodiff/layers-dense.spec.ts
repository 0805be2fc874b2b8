import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openSession } from '../network/session.js';
import { encodeModel } from '../onnx/onnx-model.js';
import { multiply, reduceMean } from './arithmetic.js';
import { Graph, type Value } from './graph.js';
import { batchedProduct, concatChannels, depthwiseConvolution, dilatedConvolution, sum, upsampleBilinear, upsampleNearest } from './layers-dense.js';
import { channelSoftmax, diceLoss, maskedBinaryCrossEntropy, maskedL1, oneHotPlanes, pixelCrossEntropy } from './losses-dense.js';

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly scale: number;
  readonly shapes: readonly (readonly number[])[];
  readonly expected: { readonly loss: number; readonly gradients: readonly { readonly norm: number; readonly step: number; readonly samples: readonly number[] }[] };
}

const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'reference/gradients-dense.json'), 'utf8')) as { layers: Case[]; losses: Case[] };
const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** The generator of scripts/gradient-reference.py. */
function generator(seed: number): (count: number, scale: number) => Float32Array {
  let state = seed;
  return (count, scale) =>
    Float32Array.from({ length: count }, () => {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return ((state / 2 ** 32) * 2 - 1) * scale;
    });
}

type Build = (graph: Graph, inputs: Value[]) => Value;
const [BATCH, CHANNELS, SIDE] = [3, 4, 6];

const of =
  (layer: (graph: Graph, first: Value, second: Value) => Value): Build =>
  (graph, inputs) => {
    const [first, second = first] = inputs;
    if (first === undefined || second === undefined) throw new Error('no input');
    return layer(graph, first, second);
  };

const LAYERS: Readonly<Record<string, Build>> = {
  'nearest x2': of((graph, x) => upsampleNearest(graph, x, 2)),
  'bilinear x2': of((graph, x) => upsampleBilinear(graph, x, 2)),
  'bilinear x4': of((graph, x) => upsampleBilinear(graph, x, 4)),
  concat: concatChannels,
  sum: of(sum),
  'dilated 1': of((graph, x, w) => dilatedConvolution(graph, x, w, 1)),
  'dilated 2': of((graph, x, w) => dilatedConvolution(graph, x, w, 2)),
  'dilated 4': of((graph, x, w) => dilatedConvolution(graph, x, w, 4)),
  depthwise: of((graph, x, w) => depthwiseConvolution(graph, x, w, 1)),
  'depthwise stride 2': of((graph, x, w) => depthwiseConvolution(graph, x, w, 2)),
  'depthwise 5': of((graph, x, w) => depthwiseConvolution(graph, x, w, 1)),
  softmax: of(channelSoftmax),
  product: of(batchedProduct),
};

const plane = (graph: Graph, key: string, channels: number, at: (index: number) => number): Value =>
  graph.matrix(key, [BATCH, channels, SIDE, SIDE], Float32Array.from({ length: BATCH * channels * SIDE * SIDE }, (_, index) => at(index)));
const classes = (graph: Graph): Value => oneHotPlanes(graph, plane(graph, 'labels', 1, (at) => (at % 7 === 3 ? -1 : at % CHANNELS)), CHANNELS);
const mask = (graph: Graph): Value => plane(graph, 'mask', 1, (at) => Number(at % 3 === 0));
const values = (at: number): number => (at % 5) / 2 - 1;

const LOSSES: Readonly<Record<string, Build>> = {
  'pixel cross entropy': of((graph, x) => pixelCrossEntropy(graph, x, { classes: classes(graph), weights: [0.5, 1, 1.5, 2] })),
  dice: of((graph, x) => diceLoss(graph, channelSoftmax(graph, x), classes(graph))),
  'masked L1': of((graph, x) => maskedL1(graph, x, { values: plane(graph, 'values', CHANNELS, values), weights: mask(graph) })),
  'masked binary cross entropy': of((graph, x) => maskedBinaryCrossEntropy(graph, x, { values: plane(graph, 'bits', CHANNELS, (at) => Number(values(at) > 0)), weights: mask(graph) })),
};

async function solve(one: Case, build: Build, isLoss: boolean): Promise<{ readonly loss: number; readonly gradients: readonly Float32Array[] }> {
  const graph = new Graph();
  const random = generator(one.seed);
  const data = one.shapes.map((shape) => random(size(shape), one.scale));
  const inputs = one.shapes.map((shape, index) => graph.input(`input${index}`, shape));
  const output = build(graph, inputs);
  const loss = isLoss ? output : against(graph, output, random(size(output.shape), 1));
  graph.output('loss', loss);
  graph.gradients(loss, inputs).forEach((gradient, index) => graph.output(`gradient${index}`, gradient));
  const session = await openSession(encodeModel(graph.toModel()), 1);
  try {
    const results = await session.run(Object.fromEntries(data.map((values_, index) => [`input${index}`, new Tensor('float32', values_, [...(one.shapes[index] ?? [])])])));
    return { loss: Number(results['loss']?.data[0]), gradients: inputs.map((_, index) => results[`gradient${index}`]?.data as Float32Array) };
  } finally {
    await session.release();
  }
}

/** Mean of the output times random numbers: every output has a slope of its own. */
function against(graph: Graph, output: Value, by: Float32Array): Value {
  const factors = graph.matrix('factors', output.shape, by);
  const axes = output.shape.map((_, axis) => axis);
  return graph.differentiable(reduceMean(graph, multiply(graph, output, factors), axes, false), [output], () => [multiply(graph, factors, graph.scalar(1 / size(output.shape)))]);
}

function expectEqual(one: Case, solved: Awaited<ReturnType<typeof solve>>): void {
  expect(solved.loss).toBeCloseTo(one.expected.loss, 5);
  one.expected.gradients.forEach((expected, index) => {
    const gradient = solved.gradients[index] ?? new Float32Array();
    expect(gradient.length).toBe(size(one.shapes[index] ?? []));
    const norm = Math.sqrt(gradient.reduce((total, value) => total + value * value, 0));
    expect(Math.abs(norm - expected.norm), 'norm').toBeLessThanOrEqual(1e-5 * expected.norm);
    expected.samples.forEach((sample, at) => expect(Math.abs((gradient[at * expected.step] ?? 0) - sample), `gradient${index}[${at * expected.step}]`).toBeLessThanOrEqual(1e-5 * expected.norm));
  });
}

describe('layers of planes', () => {
  it.each(reference.layers.map((one) => [one.name, one] as const))('have the gradients of PyTorch: %s', async (name, one) => {
    const build = LAYERS[name];
    if (build === undefined) throw new Error(`no layer ${name}`);
    expectEqual(one, await solve(one, build, false));
  });

  it.each(reference.losses.map((one) => [one.name, one] as const))('have the gradients of PyTorch: loss %s', async (name, one) => {
    const build = LOSSES[name];
    if (build === undefined) throw new Error(`no loss ${name}`);
    expectEqual(one, await solve(one, build, true));
  });

  it('lose nothing where no pixel counts', async () => {
    const shape = [BATCH, CHANNELS, SIDE, SIDE];
    const one: Case = { name: 'nothing', seed: 7, scale: 1, shapes: [shape], expected: { loss: 0, gradients: [] } };
    const none = (graph: Graph): Value => plane(graph, 'none', 1, () => -1);
    const zeros = (graph: Graph): Value => plane(graph, 'zeros', 1, () => 0);
    const cases: Build[] = [
      of((graph, x) => pixelCrossEntropy(graph, x, { classes: oneHotPlanes(graph, none(graph), CHANNELS), weights: [1, 1, 1, 1] })),
      of((graph, x) => maskedL1(graph, x, { values: x, weights: zeros(graph) })),
      of((graph, x) => maskedBinaryCrossEntropy(graph, x, { values: zeros(graph), weights: zeros(graph) })),
    ];
    for (const build of cases) {
      const { loss, gradients } = await solve(one, build, true);
      expect(loss).toBeCloseTo(0, 10);
      expect(Math.max(...(gradients[0] ?? []).map(Math.abs))).toBe(0);
    }
  });
});
