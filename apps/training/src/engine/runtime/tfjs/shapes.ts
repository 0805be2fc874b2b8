import * as tf from '@tensorflow/tfjs-core';
import { axesIn, Held, permuted, sizeOf, type Layout } from './held.js';
import { input, integerOf, integersOf, type Operator } from './operator.js';

/** Operators that move numbers and compute none. */

/** The asked-for shape with 0 (as it was) and -1 (what is left) filled in. */
function resolvedShape(asked: readonly number[], from: readonly number[]): number[] {
  const known = asked.map((size, axis) => (size === 0 ? (from[axis] ?? 1) : size));
  const rest = sizeOf(from) / sizeOf(known.filter((size) => size !== -1));
  return known.map((size) => (size === -1 ? rest : size));
}

/** Batch and channels stay: the places may be counted otherwise without moving a number. */
const keepsChannels = (x: Held, shape: readonly number[]): boolean => x.layout === 'last' && shape.length >= 3 && shape[0] === x.shape[0] && shape[1] === x.shape[1];

function reshapedTo(x: Held, shape: readonly number[]): readonly Held[] {
  if (keepsChannels(x, shape)) return [new Held(tf.reshape(x.as('last'), axesIn('last', shape.length).map((axis) => shape[axis] ?? 1)), 'last', shape)];
  return [Held.plain(tf.reshape(x.as('plain'), [...shape]))];
}

const reshape: Operator = (call) => reshapedTo(input(call, 0), resolvedShape(call.integers(1), input(call, 0).shape));

const flatten: Operator = (call) => {
  const x = input(call, 0);
  const axis = integerOf(call, 'axis', 1);
  return reshapedTo(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
};

/** Where the permutation is that between the two layouts, only the name of the layout changes. */
const transpose: Operator = (call) => {
  const x = input(call, 0);
  const permutation = integersOf(call, 'perm', []);
  const shape = permutation.map((axis) => x.shape[axis] ?? 1);
  if (x.rank >= 3 && x.layout === 'last' && isSame(permutation, axesIn('last', x.rank))) return [Held.plain(tf.clone(x.as('last')))];
  if (x.rank >= 3 && x.layout === 'plain' && isSame(axesIn('last', x.rank).map((axis) => permutation[axis] ?? -1), x.shape.map((_, axis) => axis))) return [new Held(tf.clone(x.as('plain')), 'last', shape)];
  return [Held.plain(permuted(x.as('plain'), permutation))];
};

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((one, at) => one === b[at]);

const expand: Operator = (call) => {
  const x = input(call, 0);
  const shape = call.integers(1);
  if (x.rank !== shape.length) throw new Error('Expand is known for equal ranks only');
  const layout: Layout = x.rank >= 3 ? 'last' : 'plain';
  return [new Held(tf.broadcastTo(x.as(layout), axesIn(layout, x.rank).map((axis) => Math.max(shape[axis] ?? 1, x.shape[axis] ?? 1))), layout, shape.map((size, axis) => Math.max(size, x.shape[axis] ?? 1)))];
};

const concat: Operator = (call) => {
  const parts = call.inputs.map((_, index) => input(call, index));
  const [first] = parts;
  if (first === undefined) throw new Error('Concat lacks its inputs');
  const axis = integerOf(call, 'axis', 0);
  const shape = first.shape.map((size, at) => (at === axis ? parts.reduce((sum, one) => sum + (one.shape[axis] ?? 0), 0) : size));
  const { layout } = first;
  return [new Held(tf.concat(parts.map((one) => one.as(layout)), axesIn(layout, first.rank).indexOf(axis)), layout, shape)];
};

const pad: Operator = (call) => {
  const x = input(call, 0);
  const around = call.integers(1);
  const pads = x.shape.map((_, axis): [number, number] => [around[axis] ?? 0, around[axis + x.rank] ?? 0]);
  const shape = x.shape.map((size, axis) => size + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0));
  const [value = 0] = call.inputs[2] === null || call.inputs[2] === undefined ? [] : call.floats(2);
  return [new Held(tf.pad(x.own, axesIn(x.layout, x.rank).map((axis): [number, number] => pads[axis] ?? [0, 0]), value), x.layout, shape)];
};

interface Range {
  readonly start: number;
  readonly size: number;
  readonly step: number;
}

/** Where each axis begins, how much of it is taken, and in what steps; ends may lie far outside, as ONNX has it. */
function rangesOf(shape: readonly number[], by: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly axes: readonly number[]; readonly steps: readonly number[] }): Range[] {
  return shape.map((size, axis) => {
    const at = by.axes.indexOf(axis);
    if (at === -1) return { start: 0, size, step: 1 };
    const step = by.steps[at] ?? 1;
    const bound = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value < 0 ? value + size : value));
    const start = bound(by.starts[at] ?? 0, 0, step > 0 ? size : size - 1);
    const end = step > 0 ? bound(by.ends[at] ?? size, 0, size) : bound(by.ends[at] ?? -1, -1, size - 1);
    return { start, size: Math.max(0, Math.ceil((end - start) / step)), step };
  });
}

const slice: Operator = (call) => {
  const x = input(call, 0);
  const [starts, ends] = [call.integers(1), call.integers(2)];
  const axes = call.inputs.length > 3 ? call.integers(3) : starts.map((_, axis) => axis);
  const steps = call.inputs.length > 4 ? call.integers(4) : [];
  const ranges = rangesOf(x.shape, { starts, ends, axes, steps });
  const order = axesIn(x.layout, x.rank);
  return [new Held(taken(x.own, order.map((axis) => ranges[axis] ?? { start: 0, size: 1, step: 1 })), x.layout, ranges.map((one) => one.size))];
};

function taken(tensor: tf.Tensor, ranges: readonly Range[]): tf.Tensor {
  if (ranges.every(({ step }) => step === 1)) return tf.slice(tensor, ranges.map((one) => one.start), ranges.map((one) => one.size));
  const backwards = ranges.flatMap(({ step, start, size }, axis) => (step === -1 && start === (tensor.shape[axis] ?? 0) - 1 && size === tensor.shape[axis] ? [axis] : []));
  if (backwards.length > 0) {
    const turned = tf.reverse(tensor, backwards);
    return taken(turned, ranges.map((one, axis) => (backwards.includes(axis) ? { start: 0, size: one.size, step: 1 } : one)));
  }
  if (ranges.some(({ step }) => step < 1)) throw new Error('Slice backwards is known for whole axes only');
  return tf.stridedSlice(tensor, ranges.map((one) => one.start), ranges.map((one) => one.start + (one.size - 1) * one.step + 1), ranges.map((one) => one.step));
}

/** Rows and columns parted by their remainder: the channels of each phase one behind the other. */
const spaceToDepth: Operator = (call) => {
  const x = input(call, 0);
  const block = integerOf(call, 'blocksize', 2);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [rows, columns] = [height / block, width / block];
  const paired = tf.reshape(x.as('last'), [batch * rows, block, columns, block * channels]);
  const phases = Array.from({ length: block }, (_, row) => tf.slice(paired, [0, row, 0, 0], [batch * rows, 1, columns, block * channels]));
  return [new Held(tf.reshape(tf.concat(phases, 3), [batch, rows, columns, block * block * channels]), 'last', [batch, block * block * channels, rows, columns])];
};

export const SHAPES: Readonly<Record<string, Operator>> = { Concat: concat, Expand: expand, Flatten: flatten, Pad: pad, Reshape: reshape, Slice: slice, SpaceToDepth: spaceToDepth, Transpose: transpose };
