import { add, divide, matmul, multiply, padPlane, padToEven, partPhases, reduceMean, reduceSum, reshape, slicePhase, slicePlane, subtract, transpose, turned, unary } from './arithmetic.js';
import type { Graph, Value } from './graph.js';

/** Layers with their gradients. Images are NCHW. */

export interface ConvolutionOptions {
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
}

const dimensions = (value: Value): [number, number, number, number] => {
  const [a = 0, b = 0, c = 0, d = 0] = value.shape;
  return [a, b, c, d];
};

/** Weight is OIHW. The weight's gradient is made of matrix products with shifted slices of the input, which was the fastest of the forms measured on one core. */
export function convolution(graph: Graph, input: Value, weight: Value, options: ConvolutionOptions): Value {
  const { stride, padding } = options;
  const [batch, , height, width] = dimensions(input);
  const [filters, , kernelHeight, kernelWidth] = dimensions(weight);
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  const shared = { strides: [stride, stride], pads: [padding, padding, padding, padding], kernel_shape: [kernelHeight, kernelWidth] };
  const output = graph.node('Conv', [input, weight], [batch, filters, outHeight, outWidth], shared);
  return graph.differentiable(output, [input, weight], (gradient, [needsInput]) => {
    const byInput = needsInput === true ? inputGradient(graph, { input, weight, gradient }, options) : null;
    return [byInput, weightGradient(graph, { input, weight, gradient }, options)];
  });
}

/** With stride 1 it is a convolution with the kernel turned by half a turn, which runs faster than the transposed one. */
function inputGradient(graph: Graph, of: { input: Value; weight: Value; gradient: Value }, { stride, padding }: ConvolutionOptions): Value {
  const [, , height, width] = dimensions(of.input);
  const [, , outHeight, outWidth] = dimensions(of.gradient);
  const [, , kernelHeight, kernelWidth] = dimensions(of.weight);
  const shared = { strides: [stride, stride], kernel_shape: [kernelHeight, kernelWidth] };
  if (stride === 1) {
    const [across, down] = [kernelWidth - 1 - padding, kernelHeight - 1 - padding];
    return graph.node('Conv', [of.gradient, transpose(graph, turned(graph, of.weight), [1, 0, 2, 3])], of.input.shape, { ...shared, pads: [down, across, down, across] });
  }
  const missing = [height - ((outHeight - 1) * stride + kernelHeight - 2 * padding), width - ((outWidth - 1) * stride + kernelWidth - 2 * padding)];
  return graph.node('ConvTranspose', [of.gradient, of.weight], of.input.shape, { ...shared, pads: [padding, padding, padding, padding], output_padding: missing });
}

/** From so many channels on a product for each tap costs less than putting all taps one behind the other first (measured: 5 % of a step). */
const CHANNELS_FOR_PRODUCTS = 16;

function weightGradient(graph: Graph, of: { input: Value; weight: Value; gradient: Value }, { stride, padding }: ConvolutionOptions): Value {
  const [batch, filters, outHeight, outWidth] = dimensions(of.gradient);
  const [, channels, kernelHeight, kernelWidth] = dimensions(of.weight);
  const taps = windows(graph, of.input, { kernelHeight, kernelWidth, stride, padding, height: outHeight, width: outWidth });
  const cells = outHeight * outWidth;
  const left = reshape(graph, of.gradient, [batch, filters, cells]);
  /** [filters, rows], summed over batch and places. */
  const product = (seen: Value, rows: number): Value => reduceSum(graph, matmul(graph, left, transpose(graph, reshape(graph, seen, [batch, rows, cells]), [0, 2, 1])), [0], false);
  if (taps.length > 1 && channels >= CHANNELS_FOR_PRODUCTS) {
    const products = taps.map((tap) => reshape(graph, product(tap, channels), [filters, channels, 1]));
    return reshape(graph, graph.node('Concat', products, [filters, channels, taps.length], { axis: 2 }), of.weight.shape);
  }
  const rows = taps.length * channels;
  const gathered = taps.length === 1 ? (taps[0] ?? of.input) : graph.node('Concat', taps, [batch, rows, outHeight, outWidth], { axis: 1 });
  return transpose(graph, reshape(graph, product(gathered, rows), [filters, kernelHeight, kernelWidth, channels]), [0, 3, 1, 2]);
}

export interface Windows {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  /** Of the convolution's output. */
  readonly height: number;
  readonly width: number;
}

/** What each tap of a kernel sees, row by row: [N, C, height, width] each. */
export function windows(graph: Graph, input: Value, by: Windows): Value[] {
  const { kernelHeight, kernelWidth, stride, padding, height, width } = by;
  const places = Array.from({ length: kernelHeight * kernelWidth }, (_, tap) => ({ row: Math.floor(tap / kernelWidth), column: tap % kernelWidth }));
  if (stride !== 2) {
    const padded = padPlane(graph, input, padding);
    return places.map(({ row, column }) => slicePlane(graph, padded, { top: row, left: column, height, width, stride }));
  }
  // A slice of every second pixel is copied one by one. So even and odd rows and columns are parted once, and every slice is of whole rows.
  const parted = partPhases(graph, padToEven(graph, input, padding));
  return places.map(({ row, column }) => slicePhase(graph, parted, { phase: (row % 2) * 2 + (column % 2), top: row >> 1, left: column >> 1, height, width }));
}

/** Adds one number a channel (NCHW) or a column (NC). */
export function bias(graph: Graph, input: Value, offsets: Value): Value {
  const plane = input.shape.length === 4;
  const shaped = reshape(graph, offsets, plane ? [1, offsets.shape[0] ?? 0, 1, 1] : [1, offsets.shape[0] ?? 0]);
  return graph.differentiable(add(graph, input, shaped), [input, offsets], (gradient) => [gradient, reduceSum(graph, gradient, plane ? [0, 2, 3] : [0], false)]);
}

export function relu(graph: Graph, input: Value): Value {
  const output = unary(graph, 'Relu', input);
  return graph.differentiable(output, [input], (gradient) => {
    const passed = graph.node('Greater', [output, graph.scalar(0)], output.shape);
    return [graph.node('Where', [passed, gradient, graph.scalar(0)], output.shape)];
  });
}

export interface BatchStatistics {
  /** Shape [1, C, 1, 1]. The variance is that of the batch, divided by its count. */
  readonly mean: Value;
  readonly variance: Value;
}

export const BATCH_NORM_EPSILON = 1e-3;

/** Batch normalisation with the statistics of this batch, as in training. Source: Ioffe and Szegedy 2015, section 3. */
export function batchNormTraining(graph: Graph, input: Value, affine: { readonly gamma: Value; readonly beta: Value }): { readonly output: Value; readonly statistics: BatchStatistics } {
  const [batch, channels, height, width] = dimensions(input);
  const axes = [0, 2, 3];
  const mean = reduceMean(graph, input, axes);
  const centred = subtract(graph, input, mean);
  const variance = reduceMean(graph, multiply(graph, centred, centred), axes);
  const inverse = divide(graph, graph.scalar(1), unary(graph, 'Sqrt', add(graph, variance, graph.scalar(BATCH_NORM_EPSILON))));
  const scale = multiply(graph, inverse, reshape(graph, affine.gamma, [1, channels, 1, 1]));
  const shifted = add(graph, multiply(graph, centred, scale), reshape(graph, affine.beta, [1, channels, 1, 1]));
  const count = graph.scalar(batch * height * width);
  const output = graph.differentiable(shifted, [input, affine.gamma, affine.beta], (gradient) => {
    const sum = reduceSum(graph, gradient, axes);
    const along = multiply(graph, reduceSum(graph, multiply(graph, gradient, centred), axes), inverse);
    const slope = divide(graph, multiply(graph, along, inverse), count);
    const byInput = subtract(graph, subtract(graph, gradient, divide(graph, sum, count)), multiply(graph, centred, slope));
    return [multiply(graph, byInput, scale), reshape(graph, along, [channels]), reshape(graph, sum, [channels])];
  });
  return { output, statistics: { mean, variance } };
}

/** Batch normalisation with kept statistics, as in inference. Has no gradient. */
export function batchNormInference(graph: Graph, input: Value, by: { readonly gamma: Value; readonly beta: Value; readonly mean: Value; readonly variance: Value }): Value {
  return graph.node('BatchNormalization', [input, by.gamma, by.beta, by.mean, by.variance], input.shape, { epsilon: { float: BATCH_NORM_EPSILON } });
}

/** Windows that do not overlap; sides must be multiples of `size`. */
export function maxPool(graph: Graph, input: Value, size: number): Value {
  const [batch, channels, height, width] = dimensions(input);
  const window = { kernel_shape: [size, size], strides: [size, size] };
  const [output, indices] = graph.pairNode('MaxPool', [input], [batch, channels, height / size, width / size], window);
  return graph.differentiable(output, [input], (gradient) => [graph.node('MaxUnpool', [gradient, indices, graph.integers(input.shape)], input.shape, window)]);
}

/** NCHW to NC. */
export function globalAveragePool(graph: Graph, input: Value): Value {
  const [batch, channels, height, width] = dimensions(input);
  return graph.differentiable(reduceMean(graph, input, [2, 3], false), [input], (gradient) => {
    const share = reshape(graph, multiply(graph, gradient, graph.scalar(1 / (height * width))), [batch, channels, 1, 1]);
    return [graph.node('Expand', [share, graph.integers(input.shape)], input.shape)];
  });
}

export function flatten(graph: Graph, input: Value): Value {
  const size = input.shape.slice(1).reduce((product, one) => product * one, 1);
  const output = graph.node('Flatten', [input], [input.shape[0] ?? 0, size], { axis: 1 });
  return graph.differentiable(output, [input], (gradient) => [reshape(graph, gradient, input.shape)]);
}

/** Weight is IO. */
export function dense(graph: Graph, input: Value, weight: Value): Value {
  return graph.differentiable(matmul(graph, input, weight), [input, weight], (gradient, [needsInput]) => [
    needsInput === true ? matmul(graph, gradient, transpose(graph, weight, [1, 0])) : null,
    matmul(graph, transpose(graph, input, [1, 0]), gradient),
  ]);
}
