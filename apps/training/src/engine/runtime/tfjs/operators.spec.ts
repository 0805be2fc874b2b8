import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeModel, type AttributeValue, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/onnx-model.js';
import { add, multiply, reduceSum } from '../../autodiff/arithmetic.js';
import { clipped } from '../../autodiff/elementwise.js';
import { Graph } from '../../autodiff/graph.js';
import { maxPool } from '../../autodiff/layers.js';
import { Random } from '../../network/random.js';
import { loadRuntimeNamed } from '../load-runtime.js';
import { floatsOf, type StepRuntime } from '../step-runtime.js';
import { KNOWN_OPERATORS } from './plan.js';

/** Every operator beside onnxruntime's own, on random numbers, in both orders of memory. */
interface Case {
  readonly op: string;
  readonly of: readonly (readonly number[])[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Lists that the operator takes as inputs behind the others: integers, or with a point floats. Null: an input that is left out. */
  readonly lists?: readonly (readonly number[] | { readonly floats: readonly number[] } | null)[];
  /** Of the numbers that go in. */
  readonly positive?: boolean;
  /** A node whose output is no float: it is cast. */
  readonly isBoolean?: boolean;
}

const plane = [2, 3, 6, 4];
const window2 = { kernel_shape: [2, 2], strides: [2, 2] };
const conv = (kernel: number, stride: number, padding: number, more: Record<string, AttributeValue> = {}): Record<string, AttributeValue> => ({ kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [padding, padding, padding, padding], ...more });
const BINARY = ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'];
const COMPARING = ['Equal', 'Greater', 'GreaterOrEqual', 'LessOrEqual'];

const CASES: readonly Case[] = [
  ...BINARY.flatMap((op): Case[] => [
    { op, of: [plane, plane] },
    { op, of: [plane, [1, 3, 1, 1]] },
    { op, of: [[2, 1, 6, 4], plane] },
    { op, of: [plane, []] },
    { op, of: [[4, 5], [1, 5]] },
    { op, of: [[4, 5], [4, 1]] },
    { op, of: [plane, [4]] },
  ]),
  ...COMPARING.flatMap((op): Case[] => [{ op, of: [plane, plane], isBoolean: true }, { op, of: [[2, 1, 6, 4], [1, 3, 1, 1]], isBoolean: true }]),
  ...['Abs', 'Exp', 'Neg', 'Relu', 'Sigmoid', 'Sign', 'Softplus', 'Identity'].map((op): Case => ({ op, of: [plane] })),
  { op: 'Sqrt', of: [plane], positive: true },
  { op: 'Softmax', of: [[3, 5]], attributes: { axis: 1 } },
  { op: 'Softmax', of: [plane], attributes: { axis: 1 } },
  { op: 'LogSoftmax', of: [[3, 5]], attributes: { axis: 1 } },
  { op: 'LogSoftmax', of: [plane], attributes: { axis: 1 } },
  { op: 'BatchNormalization', of: [plane, [3], [3], [3], [3]], attributes: { epsilon: { float: 1e-3 } }, positive: true },
  ...[[0], [1], [0, 2, 3], [2, 3], [0, 1, 2], [0, 1, 2, 3]].flatMap((axes): Case[] => [0, 1].flatMap((keepdims): Case[] => [
    { op: 'ReduceSum', of: [plane], lists: [axes], attributes: { keepdims } },
    { op: 'ReduceMean', of: [plane], attributes: { axes, keepdims } },
  ])),
  { op: 'ReduceSum', of: [[64, 3, 40, 20]], lists: [[0, 2, 3]], attributes: { keepdims: 1 } },
  { op: 'MatMul', of: [[4, 5], [5, 3]] },
  { op: 'MatMul', of: [[2, 4, 5], [2, 5, 3]] },
  { op: 'MatMul', of: [plane, [4, 7]] },
  { op: 'MatMul', of: [[7, 6], plane] },
  { op: 'Reshape', of: [plane], lists: [[2, 3, 24]] },
  { op: 'Reshape', of: [plane], lists: [[0, -1, 4]] },
  { op: 'Reshape', of: [[2, 3, 24]], lists: [plane] },
  { op: 'Reshape', of: [[1, 3, 1, 1]], lists: [[3]] },
  { op: 'Flatten', of: [plane], attributes: { axis: 1 } },
  ...[[1, 0, 2, 3], [0, 3, 1, 2], [0, 2, 3, 1], [3, 2, 1, 0]].map((perm): Case => ({ op: 'Transpose', of: [plane], attributes: { perm } })),
  { op: 'Transpose', of: [[2, 3, 5]], attributes: { perm: [0, 2, 1] } },
  { op: 'Transpose', of: [[3, 5]], attributes: { perm: [1, 0] } },
  { op: 'Expand', of: [[2, 3, 1, 1]], lists: [plane] },
  { op: 'Concat', of: [plane, [2, 5, 6, 4]], attributes: { axis: 1 } },
  { op: 'Concat', of: [plane, [2, 3, 6, 1]], attributes: { axis: 3 } },
  { op: 'Concat', of: [[2, 3], [2, 1]], attributes: { axis: 1 } },
  { op: 'Pad', of: [plane], lists: [[0, 0, 1, 2, 0, 0, 3, 0], { floats: [0] }] },
  { op: 'Pad', of: [plane], lists: [[0, 1, 0, 0, 0, 2, 0, 0]] },
  { op: 'Slice', of: [plane], lists: [[1], [3], [1]] },
  { op: 'Slice', of: [plane], lists: [[1, 0], [6, 3], [2, 3], [2, 2]] },
  { op: 'Slice', of: [plane], lists: [[-1, -1], [-1_000_000_000, -1_000_000_000], [2, 3], [-1, -1]] },
  { op: 'Slice', of: [plane], lists: [[1, 0, 1], [2, 3, 4], [1, 2, 3]] },
  { op: 'SpaceToDepth', of: [plane], attributes: { blocksize: 2 } },
  { op: 'AveragePool', of: [plane], attributes: window2 },
  { op: 'MaxPool', of: [plane], attributes: window2 },
  { op: 'MaxPool', of: [[2, 3, 6, 9]], attributes: { kernel_shape: [3, 3], strides: [3, 3] } },
  { op: 'Resize', of: [plane], lists: [null, { floats: [1, 1, 2, 2] }], attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' } },
  ...[2, 4].map((factor): Case => ({ op: 'Resize', of: [plane], lists: [null, { floats: [1, 1, factor, factor] }], attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' } })),
  { op: 'Conv', of: [[2, 3, 9, 8], [5, 3, 3, 3]], attributes: conv(3, 1, 1) },
  { op: 'Conv', of: [[2, 3, 9, 8], [5, 3, 3, 3]], attributes: conv(3, 2, 1) },
  { op: 'Conv', of: [[2, 3, 9, 8], [5, 3, 5, 5]], attributes: conv(5, 2, 2) },
  { op: 'Conv', of: [[2, 3, 9, 8], [5, 3, 1, 1]], attributes: conv(1, 1, 0) },
  { op: 'Conv', of: [[2, 3, 9, 8], [5, 3, 3, 3]], attributes: conv(3, 1, 2, { dilations: [2, 2] }) },
  { op: 'Conv', of: [[2, 3, 9, 8], [3, 1, 3, 3]], attributes: conv(3, 1, 1, { group: 3 }) },
  { op: 'Conv', of: [[2, 3, 9, 8], [3, 1, 3, 3]], attributes: conv(3, 2, 1, { group: 3 }) },
  { op: 'ConvTranspose', of: [[2, 5, 4, 3], [5, 3, 3, 3]], attributes: conv(3, 2, 1, { output_padding: [1, 1] }) },
  { op: 'ConvTranspose', of: [[2, 5, 4, 3], [5, 3, 3, 3]], attributes: conv(3, 2, 1, { output_padding: [0, 1] }) },
  { op: 'ConvTranspose', of: [[2, 5, 4, 3], [5, 3, 5, 5]], attributes: conv(5, 2, 2, { output_padding: [0, 0] }) },
  { op: 'ConvTranspose', of: [[2, 5, 4, 3], [5, 3, 1, 1]], attributes: conv(1, 2, 0, { output_padding: [1, 0] }) },
  { op: 'ConvTranspose', of: [[2, 5, 4, 3], [5, 3, 4, 4]], attributes: conv(4, 3, 0, { output_padding: [1, 2] }) },
  { op: 'ConvTranspose', of: [[2, 5, 9, 8], [5, 3, 3, 3]], attributes: conv(3, 1, 1) },
  { op: 'ConvTranspose', of: [[2, 5, 9, 8], [5, 3, 3, 3]], attributes: conv(3, 1, 2, { dilations: [2, 2] }) },
  { op: 'ConvTranspose', of: [[2, 5, 4, 3], [5, 1, 3, 3]], attributes: conv(3, 2, 1, { group: 5, output_padding: [1, 1] }) },
];

const title = ({ op, of, attributes = {}, lists = [] }: Case): string => `${op} ${JSON.stringify(of)} ${JSON.stringify(attributes)} ${JSON.stringify(lists)}`;
const size = (shape: readonly number[]): number => shape.reduce((product, one) => product * one, 1);

/** `channelsLast`: values with places are first brought into the other order, by a pool of one pixel. */
function modelOf({ op, of, attributes = {}, lists = [], isBoolean = false }: Case, channelsLast: boolean): OnnxModel {
  const names = of.map((_, index) => `in${index}`);
  const turned = of.map((shape, index) => (channelsLast && shape.length === 4 ? `turned${index}` : `in${index}`));
  const turning = names.flatMap((name, index) => (turned[index] === name ? [] : [{ opType: 'AveragePool', inputs: [name], outputs: [turned[index] ?? ''], attributes: { kernel_shape: [1, 1], strides: [1, 1] } }]));
  const initializers = lists.flatMap((list, index): OnnxTensor[] => {
    if (list === null) return [];
    const name = `list${index}`;
    if ('floats' in list) return [{ name, dims: op === 'Pad' ? [] : [list.floats.length], data: Float32Array.from(list.floats) }];
    return [{ name, dims: [list.length], data: BigInt64Array.from(list, BigInt) }];
  });
  const node = { opType: op, inputs: [...turned, ...lists.map((list, index) => (list === null ? '' : `list${index}`))], outputs: ['raw'], attributes };
  const last: OnnxNode = { opType: isBoolean ? 'Cast' : 'Identity', inputs: ['raw'], outputs: ['out'], attributes: isBoolean ? { to: 1 } : {} };
  return { nodes: [...turning, node, last], initializers, inputs: of.map((shape, index) => ({ name: `in${index}`, shape })), outputs: [{ name: 'out', shape: ['any'] }], metadata: {} };
}

async function outputsOf(runtime: StepRuntime, model: OnnxModel, feeds: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>): Promise<{ data: Float32Array; shape: readonly number[] }[]> {
  const session = await runtime.open(encodeModel(model), 1);
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name) => ({ data: Float32Array.from(floatsOf(results, name)), shape: results.tensor(name)?.shape ?? [] }));
  results.dispose();
  await session.release();
  return outputs;
}

let native: StepRuntime;
let wasm: StepRuntime;
beforeAll(async () => {
  native = await loadRuntimeNamed('onnxruntime-node');
  wasm = await loadRuntimeNamed('tfjs-wasm');
});

describe('operators of the engine tfjs', () => {
  it.each(CASES.map((one) => [title(one), one] as const))('%s', async (_, one) => {
    const random = new Random(7);
    // Halves, so that some are equal.
    const draw = (): number => (COMPARING.includes(one.op) ? Math.round(random.gaussian()) : random.gaussian());
    const feeds = Object.fromEntries(one.of.map((shape, index) => [`in${index}`, { shape, data: Float32Array.from({ length: size(shape) }, () => (one.positive === true ? Math.abs(draw()) + 0.1 : draw())) }]));
    for (const channelsLast of [false, true]) {
      const model = modelOf(one, channelsLast);
      const [expected, found] = [await outputsOf(native, model, feeds), await outputsOf(wasm, model, feeds)];
      expect(found.map((output) => output.shape)).toEqual(expected.map((output) => [...output.shape]));
      expected.forEach((output, at) => {
        const scale = Math.max(1, ...output.data.map(Math.abs));
        const off = Math.max(0, ...output.data.map((value, index) => Math.abs(value - (found[at]?.data[index] ?? Number.NaN))));
        expect(off / scale).toBeLessThan(1e-5);
      });
    }
  });

  it('choose by two conditions, and go back through a pool', async () => {
    const graph = new Graph();
    const images = graph.input('in0', [2, 3, 6, 4]);
    // No number below 0 has a gradient, and of equal ones the first of a window: half of them are 0 here.
    const pooled = maxPool(graph, clipped(graph, images, { least: 0, most: 1 }), 2);
    const loss = graph.differentiable(reduceSum(graph, multiply(graph, pooled, pooled), [0, 1, 2, 3], false), [pooled], () => [add(graph, pooled, pooled)]);
    const [gradient = loss] = graph.gradients(loss, [images]);
    graph.output('pooled', pooled);
    graph.output('gradient', gradient);
    const random = new Random(3);
    const feeds = { in0: { shape: images.shape, data: Float32Array.from({ length: 144 }, () => random.gaussian()) } };
    const [expected, found] = [await outputsOf(native, graph.toModel(), feeds), await outputsOf(wasm, graph.toModel(), feeds)];
    expect(found).toEqual(expected.map((one) => ({ data: one.data, shape: [...one.shape] })));
    expect(expected[1]?.data.filter((value) => value !== 0).length).toBeGreaterThan(10);
  });

  it('are all of them above', () => {
    const inGraph = ['And', 'Cast', 'MaxUnpool', 'Where'];
    expect([...KNOWN_OPERATORS].sort()).toEqual([...new Set([...CASES.map((one) => one.op), ...inGraph])].sort());
  });

  it('of other kinds are refused by their name', async () => {
    const model = modelOf({ op: 'Erf', of: [[2, 3]] }, false);
    await expect(wasm.open(encodeModel(model), 1)).rejects.toThrow('the operator Erf');
  });

  it('leave nothing behind, whether they compute or fail', async () => {
    const one = { op: 'MatMul', of: [[7, 6], plane] };
    const model = modelOf(one, true);
    const feeds = { in0: { shape: [7, 6], data: new Float32Array(42) }, in1: { shape: plane, data: new Float32Array(144) } };
    const before = memory().numTensors;
    await outputsOf(wasm, model, feeds);
    await expect(outputsOf(wasm, model, { ...feeds, in1: { shape: [2, 3, 5, 4], data: new Float32Array(120) } })).rejects.toThrow();
    expect(memory().numTensors - before).toBe(0);
  });
});
