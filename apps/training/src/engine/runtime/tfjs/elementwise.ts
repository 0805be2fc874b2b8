import * as tf from '@tensorflow/tfjs-core';
import { Held, permuted, axesIn, sizeOf, type Layout } from './held.js';
import { floatOf, input, type Operator } from './operator.js';

/** Operators that compute each element from those at its place. */

export const broadcastShape = (shapes: readonly (readonly number[])[]): number[] => {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => shapes.reduce((size, shape) => (size === 1 ? (shape[shape.length - rank + axis] ?? 1) : size), 1));
};

/** The layout of the largest operand: it would cost most to change. */
function commonLayout(values: readonly Held[], rank: number): Layout {
  const full = values.filter((one) => one.rank === rank && rank >= 3);
  const largest = full.reduce<Held | null>((best, one) => (best === null || sizeOf(one.shape) > sizeOf(best.shape) ? one : best), null);
  return largest?.layout ?? 'plain';
}

/** A tensor that lines up with others of this rank in this layout. */
function alignedTo(value: Held, rank: number, layout: Layout): tf.Tensor {
  if (value.rank === rank) return value.as(layout);
  if (value.rank === 0 || layout === 'plain') return value.as('plain');
  const full = tf.reshape(value.as('plain'), [...Array.from({ length: rank - value.rank }, () => 1), ...value.shape]);
  return permuted(full, axesIn(layout, rank));
}

function elementwise(values: readonly Held[], compute: (tensors: readonly tf.Tensor[]) => tf.Tensor): readonly Held[] {
  const shape = broadcastShape(values.map((one) => one.shape));
  const layout = commonLayout(values, shape.length);
  return [new Held(compute(values.map((one) => alignedTo(one, shape.length, layout))), layout, shape)];
}

const unary =
  (compute: (x: tf.Tensor) => tf.Tensor): Operator =>
  (call) =>
    elementwise([input(call, 0)], ([x]) => compute(x ?? tf.scalar(0)));

const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operator =>
  (call) =>
    elementwise([input(call, 0), input(call, 1)], ([a, b]) => compute(a ?? tf.scalar(0), b ?? tf.scalar(0)));

/** A single number as a whole tensor: TensorFlow would repeat it number by number. */
const filled = (tensor: tf.Tensor, shape: readonly number[]): tf.Tensor => (tensor.size === 1 ? tf.fill([...shape], tensor.dataSync()[0] ?? 0) : tensor);

const where: Operator = (call) =>
  elementwise([input(call, 0), input(call, 1), input(call, 2)], (tensors) => {
    const [condition = tf.scalar(0), yes = tf.scalar(0), no = tf.scalar(0)] = tensors;
    const shape = broadcastShape(tensors.map((one) => one.shape));
    return tf.where(condition, filled(yes, shape), filled(no, shape));
  });

/** Scale and offset of each channel, computed once for a model whose statistics are constants. */
const batchNormalization: Operator = (call) => {
  const [x, gamma, beta, mean, variance] = [0, 1, 2, 3, 4].map((index) => input(call, index));
  if (x === undefined || gamma === undefined || beta === undefined || mean === undefined || variance === undefined) throw new Error('BatchNormalization lacks an input');
  const perChannel = (held: Held): tf.Tensor => tf.reshape(held.as('plain'), [1, ...x.shape.slice(2).map(() => 1), -1]);
  const scale = gamma.form(`scale by ${variance.shape[0]}`, () => tf.tidy(() => tf.div(perChannel(gamma), tf.sqrt(tf.add(perChannel(variance), tf.scalar(floatOf(call, 'epsilon', 1e-5)))))));
  return [new Held(tf.add(tf.mul(tf.sub(x.as('last'), perChannel(mean)), scale), perChannel(beta)), 'last', x.shape)];
};

/** Gives the same value on, under another name. */
const identity: Operator = (call) => {
  const x = input(call, 0);
  return [new Held(tf.clone(x.own), x.layout, x.shape)];
};

const FLOAT = 1;
const cast: Operator = (call) => {
  if (call.node.attributes['to'] !== FLOAT) throw new Error('Cast is known to floats only');
  return unary((x) => tf.cast(x, 'float32'))(call);
};

export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Abs: unary(tf.abs),
  Add: binary(tf.add),
  And: binary(tf.logicalAnd),
  BatchNormalization: batchNormalization,
  Cast: cast,
  Div: binary(tf.div),
  Equal: binary(tf.equal),
  Exp: unary(tf.exp),
  Greater: binary(tf.greater),
  GreaterOrEqual: binary(tf.greaterEqual),
  Identity: identity,
  LessOrEqual: binary(tf.lessEqual),
  Max: binary(tf.maximum),
  Min: binary(tf.minimum),
  Mul: binary(tf.mul),
  Neg: unary(tf.neg),
  Relu: unary(tf.relu),
  Sigmoid: unary(tf.sigmoid),
  Sign: unary(tf.sign),
  Softplus: unary(tf.softplus),
  Sqrt: unary(tf.sqrt),
  Sub: binary(tf.sub),
  Where: where,
};
