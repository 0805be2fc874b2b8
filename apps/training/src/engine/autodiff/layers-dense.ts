import { add, matmul, multiply, padPlane, reduceSum, reshape, slicePlane, transpose, turned } from './arithmetic.js';
import type { Graph, Value } from './graph.js';
import { windows } from './layers.js';

/** Layers of networks whose output is a plane: with their gradients, NCHW. */

const dimensions = (value: Value): [number, number, number, number] => {
  const [a = 0, b = 0, c = 0, d = 0] = value.shape;
  return [a, b, c, d];
};

/** Channels one behind the other. */
export function concatChannels(graph: Graph, inputs: readonly Value[]): Value {
  const [first] = inputs;
  if (first === undefined) throw new Error('nothing to put together');
  const [batch, , height, width] = dimensions(first);
  const channels = inputs.map((one) => one.shape[1] ?? 0);
  const output = graph.node('Concat', inputs, [batch, channels.reduce((sum, one) => sum + one, 0), height, width], { axis: 1 });
  return graph.differentiable(output, inputs, (gradient) => {
    let at = 0;
    return inputs.map((input, index) => {
      const from = at;
      at += channels[index] ?? 0;
      return graph.node('Slice', [gradient, graph.integers([from]), graph.integers([at]), graph.integers([1])], input.shape);
    });
  });
}

/** Sum of two planes of one shape, as a residual connection needs it. */
export function sum(graph: Graph, left: Value, right: Value): Value {
  return graph.differentiable(add(graph, left, right), [left, right], (gradient) => [gradient, gradient]);
}

/** Each pixel becomes `factor` x `factor` equal ones. */
export function upsampleNearest(graph: Graph, input: Value, factor: number): Value {
  const [batch, channels, height, width] = dimensions(input);
  const shape = [batch, channels, height * factor, width * factor];
  const output = graph.node('Resize', [input, '', graph.floats([1, 1, factor, factor])], shape, { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
  const window = { kernel_shape: [factor, factor], strides: [factor, factor] };
  return graph.differentiable(output, [input], (gradient) => [multiply(graph, graph.node('AveragePool', [gradient], input.shape, window), graph.scalar(factor * factor))]);
}

/** Bilinear, pixel middles kept in place, borders held (PyTorch's `align_corners=False`). The gradient is two products with the constant matrix of the interpolation. */
export function upsampleBilinear(graph: Graph, input: Value, factor: number): Value {
  const [batch, channels, height, width] = dimensions(input);
  const shape = [batch, channels, height * factor, width * factor];
  const output = graph.node('Resize', [input, '', graph.floats([1, 1, factor, factor])], shape, { mode: 'linear', coordinate_transformation_mode: 'half_pixel' });
  return graph.differentiable(output, [input], (gradient) => {
    const across = matmul(graph, gradient, interpolation(graph, width, factor));
    return [matmul(graph, transpose(graph, interpolation(graph, height, factor), [1, 0]), across)].map((one) => ({ ...one, shape: input.shape }));
  });
}

/** Rows are pixels of the larger side, columns what they take from the smaller one. */
function interpolation(graph: Graph, side: number, factor: number): Value {
  const data = new Float32Array(side * factor * side);
  for (let row = 0; row < side * factor; row += 1) {
    const place = Math.min(side - 1, Math.max(0, (row + 0.5) / factor - 0.5));
    const before = Math.floor(place);
    const behind = Math.min(side - 1, before + 1);
    data[row * side + before] = (data[row * side + before] ?? 0) + 1 - (place - before);
    data[row * side + behind] = (data[row * side + behind] ?? 0) + place - before;
  }
  return graph.matrix(`interpolation:${side}x${factor}`, [side * factor, side], data);
}

/** Convolution of stride 1 whose taps lie `dilation` pixels apart; the side stays as it is. Weight is OIHW with an odd kernel. */
export function dilatedConvolution(graph: Graph, input: Value, weight: Value, dilation: number): Value {
  const [batch, , height, width] = dimensions(input);
  const [filters, channels, kernel] = dimensions(weight);
  const padding = (kernel >> 1) * dilation;
  const shared = { strides: [1, 1], pads: [padding, padding, padding, padding], kernel_shape: [kernel, kernel], dilations: [dilation, dilation] };
  const output = graph.node('Conv', [input, weight], [batch, filters, height, width], shared);
  return graph.differentiable(output, [input, weight], (gradient, [needsInput]) => {
    const byInput = needsInput === true ? graph.node('ConvTranspose', [gradient, weight], input.shape, shared) : null;
    const columns = graph.node('Concat', taps(graph, input, { kernel, dilation, height, width }), [batch, kernel * kernel * channels, height, width], { axis: 1 });
    const cells = height * width;
    const right = transpose(graph, reshape(graph, columns, [batch, kernel * kernel * channels, cells]), [0, 2, 1]);
    const product = reduceSum(graph, matmul(graph, reshape(graph, gradient, [batch, filters, cells]), right), [0], false);
    return [byInput, transpose(graph, reshape(graph, product, [filters, kernel, kernel, channels]), [0, 3, 1, 2])];
  });
}

/** One kernel a channel; weight is [C, 1, K, K] with an odd kernel, zeros outside. */
export function depthwiseConvolution(graph: Graph, input: Value, weight: Value, stride: number): Value {
  const [batch, channels, height, width] = dimensions(input);
  const kernel = weight.shape[2] ?? 1;
  const padding = kernel >> 1;
  const [outHeight, outWidth] = [Math.floor((height + 2 * padding - kernel) / stride) + 1, Math.floor((width + 2 * padding - kernel) / stride) + 1];
  const shared = { strides: [stride, stride], pads: [padding, padding, padding, padding], kernel_shape: [kernel, kernel], group: channels };
  const output = graph.node('Conv', [input, weight], [batch, channels, outHeight, outWidth], shared);
  return graph.differentiable(output, [input, weight], (gradient, [needsInput]) => {
    const byInput = needsInput === true ? depthwiseInputGradient(graph, { input, weight, gradient }, stride) : null;
    const seen = windows(graph, input, { kernelHeight: kernel, kernelWidth: kernel, stride, padding, height: outHeight, width: outWidth });
    const sums = seen.map((tap) => reshape(graph, reduceSum(graph, multiply(graph, tap, gradient), [0, 2, 3], false), [channels, 1]));
    return [byInput, reshape(graph, graph.node('Concat', sums, [channels, kernel * kernel], { axis: 1 }), weight.shape)];
  });
}

/** With stride 1 it is a convolution with the kernel turned by half a turn, which runs faster than the transposed one. */
function depthwiseInputGradient(graph: Graph, of: { readonly input: Value; readonly weight: Value; readonly gradient: Value }, stride: number): Value {
  const [, channels, height, width] = dimensions(of.input);
  const [, , outHeight, outWidth] = dimensions(of.gradient);
  const kernel = of.weight.shape[2] ?? 1;
  const padding = kernel >> 1;
  const shared = { strides: [stride, stride], pads: [padding, padding, padding, padding], kernel_shape: [kernel, kernel], group: channels };
  if (stride === 1) return graph.node('Conv', [of.gradient, turned(graph, of.weight)], of.input.shape, shared);
  const missing = [height - ((outHeight - 1) * stride + kernel - 2 * padding), width - ((outWidth - 1) * stride + kernel - 2 * padding)];
  return graph.node('ConvTranspose', [of.gradient, of.weight], of.input.shape, { ...shared, output_padding: missing });
}

/** What each tap of a kernel sees, row by row. */
function taps(graph: Graph, input: Value, by: { readonly kernel: number; readonly dilation: number; readonly height: number; readonly width: number }): Value[] {
  const { kernel, dilation, height, width } = by;
  const padded = padPlane(graph, input, (kernel >> 1) * dilation);
  return Array.from({ length: kernel * kernel }, (_, tap) => slicePlane(graph, padded, { top: Math.floor(tap / kernel) * dilation, left: (tap % kernel) * dilation, height, width, stride: 1 }));
}

/** [N, A, B] x [N, B, C]. */
export function batchedProduct(graph: Graph, left: Value, right: Value): Value {
  const output = matmul(graph, left, right);
  return graph.differentiable(output, [left, right], (gradient, [needsLeft, needsRight]) => [
    needsLeft === true ? matmul(graph, gradient, transpose(graph, right, [0, 2, 1])) : null,
    needsRight === true ? matmul(graph, transpose(graph, left, [0, 2, 1]), gradient) : null,
  ]);
}

/** The same numbers in another shape. */
export function reshaped(graph: Graph, input: Value, shape: readonly number[]): Value {
  return graph.differentiable(reshape(graph, input, shape), [input], (gradient) => [reshape(graph, gradient, input.shape)]);
}

/** Times a constant. */
export function scaled(graph: Graph, input: Value, factor: number): Value {
  return graph.differentiable(multiply(graph, input, graph.scalar(factor)), [input], (gradient) => [multiply(graph, gradient, graph.scalar(factor))]);
}
