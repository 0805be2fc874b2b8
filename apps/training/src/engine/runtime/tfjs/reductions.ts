import * as tf from '@tensorflow/tfjs-core';
import { axesIn, Held, sizeOf } from './held.js';
import { columnSumsOf } from './wasm-kernels.js';
import { input, integerOf, integersOf, type Operator, type OperatorCall } from './operator.js';

/** Sums along axes, products of matrices, and what is made of them. */

/** Rows that are added up in one go: sums of few rows lose less, and a product with ones is a fast sum anywhere. */
const MOST_ROWS = 256;
const LEAST_ROWS = 16;

/** How many rows are added up at a time: a divisor of all, or all. */
function rowsAtOnce(rows: number): number {
  for (let at = Math.min(rows, MOST_ROWS); at >= LEAST_ROWS; at -= 1) if (rows % at === 0) return at;
  return rows;
}

/** Sums of the columns of [rows, columns]. */
function columnSums(matrix: tf.Tensor): tf.Tensor {
  const own = columnSumsOf(matrix);
  if (own !== null) return own;
  const [rows = 1, columns = 1] = matrix.shape;
  const at = rowsAtOnce(rows);
  const sums = tf.matMul(tf.ones([1, at]), tf.reshape(matrix, [at, (rows / at) * columns]));
  return at < rows ? columnSums(tf.reshape(sums, [rows / at, columns])) : tf.reshape(sums, [columns]);
}

/** Sums along axes of a tensor; they may be anywhere in it. */
function sumAlong(tensor: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const kept = tensor.shape.filter((_, axis) => !axes.includes(axis));
  if (!axes.every((axis) => axis < axes.length)) return tf.sum(tensor, [...axes]);
  return tf.reshape(columnSums(tf.reshape(tensor, [-1, sizeOf(kept)])), kept);
}

function reduced(call: OperatorCall, axes: readonly number[], scale: (count: number) => number): readonly Held[] {
  const x = input(call, 0);
  const along = (axes.length === 0 ? x.shape.map((_, axis) => axis) : axes).map((axis) => (axis < 0 ? axis + x.rank : axis));
  const keep = integerOf(call, 'keepdims', 1) === 1;
  const order = axesIn(x.layout, x.rank);
  const left = order.filter((axis) => !along.includes(axis));
  const isInOrder = left.every((axis, at) => at === 0 || axis > (left[at - 1] ?? -1));
  // What is left keeps its order, or the value is brought into that of ONNX first.
  const layout = isInOrder || (keep && x.layout === 'last') ? x.layout : 'plain';
  const physical = axesIn(layout, x.rank);
  const sums = sumAlong(x.as(layout), along.map((axis) => physical.indexOf(axis)).sort((a, b) => a - b));
  const factor = scale(sizeOf(along.map((axis) => x.shape[axis] ?? 1)));
  const scaled = factor === 1 ? sums : tf.mul(sums, tf.scalar(factor));
  const shape = x.shape.map((size, axis) => (along.includes(axis) ? 1 : size));
  if (keep) return [new Held(tf.reshape(scaled, physical.map((axis) => shape[axis] ?? 1)), layout, shape)];
  return [Held.plain(tf.reshape(scaled, x.shape.filter((_, axis) => !along.includes(axis))))];
}

const reduceSum: Operator = (call) => reduced(call, call.integers(1), () => 1);
const reduceMean: Operator = (call) => reduced(call, integersOf(call, 'axes', []), (count) => 1 / count);

/** The axis must be that of the channels. */
const alongChannels =
  (compute: (logits: tf.Tensor) => tf.Tensor): Operator =>
  (call) => {
    const x = input(call, 0);
    const axis = integerOf(call, 'axis', -1);
    if (axis === x.rank - 1 || axis === -1) return [new Held(compute(x.as('plain')), 'plain', x.shape)];
    if (axis !== 1) throw new Error(`${call.node.opType} along axis ${axis} is not known`);
    return [new Held(compute(x.as('last')), 'last', x.shape)];
  };

/** TensorFlow's WebAssembly multiplies many small matrices slowly, and two large ones fast. */
const matMul: Operator = (call) => {
  const [left, right] = [input(call, 0), input(call, 1)];
  const [rows, inner] = [left.shape.at(-2) ?? 1, left.shape.at(-1) ?? 1];
  const columns = right.shape.at(-1) ?? 1;
  if (right.rank === 2) return [Held.plain(tf.reshape(tf.matMul(tf.reshape(left.as('plain'), [-1, inner]), right.as('plain')), [...left.shape.slice(0, -1), columns]))];
  if (left.rank === 2) return [Held.plain(productFromLeft(left, right))];
  return [Held.plain(tf.reshape(tf.matMul(tf.reshape(left.as('plain'), [-1, rows, inner]), tf.reshape(right.as('plain'), [-1, inner, columns])), [...left.shape.slice(0, -1), columns]))];
};

/** One matrix times many: as one product with all of them side by side. */
function productFromLeft(left: Held, right: Held): tf.Tensor {
  const [inner, columns] = [right.shape.at(-2) ?? 1, right.shape.at(-1) ?? 1];
  const aside = tf.transpose(tf.reshape(right.as('plain'), [-1, inner, columns]), [1, 0, 2]);
  const rows = left.shape[0] ?? 1;
  const all = tf.matMul(left.as('plain'), tf.reshape(aside, [inner, -1]));
  return tf.reshape(tf.transpose(tf.reshape(all, [rows, -1, columns]), [1, 0, 2]), [...right.shape.slice(0, -2), rows, columns]);
}

/**
 * The sum over the batch of products [N, A, P] x [N, P, B], as the gradient of a convolution's kernel is made: one product along batch and places together, of
 * values that lie with their channels last already.
 */
export function summedProduct(left: Held, right: Held): Held {
  const [rows, columns] = [left.shape[1] ?? 1, right.shape[2] ?? 1];
  const upright = left.form('rows first', () => tf.tidy(() => tf.transpose(tf.reshape(left.as('last'), [-1, rows]), [1, 0])));
  return Held.plain(tf.matMul(upright, tf.reshape(right.as('plain'), [-1, columns])));
}

export const REDUCTIONS: Readonly<Record<string, Operator>> = {
  LogSoftmax: alongChannels((logits) => tf.logSoftmax(logits)),
  MatMul: matMul,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Softmax: alongChannels((logits) => tf.softmax(logits)),
};
