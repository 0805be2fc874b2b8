import * as tf from '@tensorflow/tfjs-core';
import { Held } from './held.js';
import { input, integerOf, integersOf, type Operator, type OperatorCall } from './operator.js';
import { interleaved } from './planes.js';

/** Convolutions and what goes back through them. Kernels lie as height, width, inputs, outputs; of depthwise ones as height, width, channels, 1. */

type Pads = readonly [top: number, left: number, bottom: number, right: number];

interface Shape {
  readonly strides: readonly [number, number];
  readonly pads: Pads;
  readonly dilations: readonly [number, number];
  readonly isDepthwise: boolean;
}

function shapeOf(call: OperatorCall, channels: number): Shape {
  const group = integerOf(call, 'group', 1);
  if (group !== 1 && group !== channels) throw new Error('groups of several channels are not known');
  const [top = 0, left = 0, bottom = 0, right = 0] = integersOf(call, 'pads', [0, 0, 0, 0]);
  const [down = 1, across = 1] = integersOf(call, 'strides', [1, 1]);
  const [apartDown = 1, apartAcross = 1] = integersOf(call, 'dilations', [1, 1]);
  return { strides: [down, across], pads: [top, left, bottom, right], dilations: [apartDown, apartAcross], isDepthwise: group !== 1 };
}

/** A convolution of what lies channels last; a negative pad cuts off. */
function convolved(plane: tf.Tensor4D, kernel: tf.Tensor4D, { strides, pads, dilations, isDepthwise }: Shape): tf.Tensor {
  const [top, left, bottom, right] = pads;
  const cut = pads.map((one) => Math.max(0, -one));
  const [batch, height, width, channels] = plane.shape;
  const [cutTop = 0, cutLeft = 0, cutBottom = 0, cutRight = 0] = cut;
  const seen = cut.some((one) => one > 0) ? tf.slice(plane, [0, cutTop, cutLeft, 0], [batch, height - cutTop - cutBottom, width - cutLeft - cutRight, channels]) : plane;
  const around: [[number, number], [number, number], [number, number], [number, number]] = [[0, 0], [Math.max(0, top), Math.max(0, bottom)], [Math.max(0, left), Math.max(0, right)], [0, 0]];
  return isDepthwise
    ? tf.depthwiseConv2d(seen, kernel, [...strides], around, 'NHWC', [...dilations])
    : tf.conv2d(seen, kernel, [...strides], around, 'NHWC', [...dilations]);
}

/** From ONNX's [outputs, inputs, height, width], or that of one kernel a channel. */
function forwardKernel(weight: Held, isDepthwise: boolean): tf.Tensor4D {
  return weight.form(isDepthwise ? 'a kernel a channel' : 'kernel', () => tf.transpose(weight.as('plain'), isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0])) as tf.Tensor4D;
}

const conv: Operator = (call) => {
  const [x, weight] = [input(call, 0), input(call, 1)];
  if (call.inputs.length > 2) throw new Error('Conv with a bias is not known');
  const shape = shapeOf(call, x.shape[1] ?? 1);
  const output = convolved(x.as('last') as tf.Tensor4D, forwardKernel(weight, shape.isDepthwise), shape);
  return [new Held(output, 'last', [output.shape[0] ?? 1, output.shape[3] ?? 1, output.shape[1] ?? 1, output.shape[2] ?? 1])];
};

/** One phase of the rows or columns of a transposed convolution: which taps of the kernel it takes, backwards, and what it sees of the gradient. */
interface Phase {
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

/** For output places `phase`, `phase + stride` ...: out[i] is the sum over j of kernel[first + stride j] x gradient[base + i - j]. */
function phaseOf(phase: number, by: { readonly stride: number; readonly padding: number; readonly kernel: number; readonly seen: number; readonly places: number }): Phase {
  const { stride, padding, kernel, seen, places } = by;
  const first = (phase + padding) % stride;
  const taps = first < kernel ? Array.from({ length: Math.floor((kernel - 1 - first) / stride) + 1 }, (_, at) => first + stride * at).reverse() : [];
  const base = (phase + padding - first) / stride;
  return { taps, before: taps.length - 1 - base, after: base + places - seen };
}

/** Taken apart by the remainder of row and column, each is a plain convolution: no product with the zeros that a transposed one would put in between. */
const convTranspose: Operator = (call) => {
  const [gradient, weight] = [input(call, 0), input(call, 1)];
  const shape = shapeOf(call, gradient.shape[1] ?? 1);
  const [seenDown = 1, seenAcross = 1] = gradient.shape.slice(2);
  const [kernelDown = 1, kernelAcross = 1] = weight.shape.slice(2);
  const [moreDown = 0, moreAcross = 0] = integersOf(call, 'output_padding', [0, 0]);
  const side = (at: 0 | 1, seen: number, kernel: number): number => (seen - 1) * shape.strides[at] + (kernel - 1) * shape.dilations[at] + 1 - shape.pads[at] - shape.pads[at === 0 ? 2 : 3];
  const [height, width] = [side(0, seenDown, kernelDown) + moreDown, side(1, seenAcross, kernelAcross) + moreAcross];
  const plane = gradient.as('last') as tf.Tensor4D;
  // From ONNX's [seen channels, channels, height, width].
  const kernel = weight.form(shape.isDepthwise ? 'a kernel a channel' : 'kernel backwards', () => tf.transpose(weight.as('plain'), shape.isDepthwise ? [2, 3, 0, 1] : [2, 3, 0, 1])) as tf.Tensor4D;
  const output = shape.strides.every((one) => one === 1) ? turnedConvolution(plane, kernel, shape) : byPhases(plane, kernel, { shape, height, width });
  return [new Held(output, 'last', [gradient.shape[0] ?? 1, output.shape[3] ?? 1, height, width])];
};

function turnedConvolution(plane: tf.Tensor4D, kernel: tf.Tensor4D, shape: Shape): tf.Tensor {
  const [top, left, bottom, right] = shape.pads;
  const [reachDown, reachAcross] = [(kernel.shape[0] - 1) * shape.dilations[0], (kernel.shape[1] - 1) * shape.dilations[1]];
  return convolved(plane, tf.reverse(kernel, [0, 1]), { ...shape, pads: [reachDown - top, reachAcross - left, reachDown - bottom, reachAcross - right] });
}

function byPhases(plane: tf.Tensor4D, kernel: tf.Tensor4D, of: { readonly shape: Shape; readonly height: number; readonly width: number }): tf.Tensor {
  const { shape, height, width } = of;
  const [down, across] = shape.strides;
  if (shape.dilations.some((one) => one !== 1)) throw new Error('ConvTranspose with strides and dilations is not known');
  // The last block of an odd side is whole, too; what is too much of it is cut off.
  const [rows, columns] = [Math.ceil(height / down), Math.ceil(width / across)];
  const vertical = Array.from({ length: down }, (_, phase) => phaseOf(phase, { stride: down, padding: shape.pads[0], kernel: kernel.shape[0], seen: plane.shape[1], places: rows }));
  const horizontal = Array.from({ length: across }, (_, phase) => phaseOf(phase, { stride: across, padding: shape.pads[1], kernel: kernel.shape[1], seen: plane.shape[2], places: columns }));
  const channels = shape.isDepthwise ? plane.shape[3] : kernel.shape[3];
  const pieces = vertical.map((row) =>
    horizontal.map((column) => {
      if (row.taps.length === 0 || column.taps.length === 0) return tf.zeros([plane.shape[0], rows, columns, channels]);
      return convolved(plane, tapsOf(kernel, row.taps, column.taps), { ...shape, strides: [1, 1], pads: [row.before, column.before, row.after, column.after] });
    }),
  );
  const whole = interleaved(pieces);
  return rows * down === height && columns * across === width ? whole : tf.slice(whole, [0, 0, 0, 0], [plane.shape[0], height, width, channels]);
}

/** The kernel that has these rows and columns of it, in this order. */
function tapsOf(kernel: tf.Tensor4D, rows: readonly number[], columns: readonly number[]): tf.Tensor4D {
  const [, , inputs, outputs] = kernel.shape;
  const taps = rows.flatMap((row) => columns.map((column) => tf.slice(kernel, [row, column, 0, 0], [1, 1, inputs, outputs])));
  return tf.reshape(tf.concat(taps, 0), [rows.length, columns.length, inputs, outputs]);
}

export const CONVOLUTIONS: Readonly<Record<string, Operator>> = { Conv: conv, ConvTranspose: convTranspose };
