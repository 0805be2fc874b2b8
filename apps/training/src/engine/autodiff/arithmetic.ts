import type { Graph, Value } from './graph.js';

/** Operators without a memory of their own: building blocks of the layers and of their gradients. */

const broadcast = (left: readonly number[], right: readonly number[]): number[] => {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, index) => Math.max(left[left.length - rank + index] ?? 1, right[right.length - rank + index] ?? 1));
};

const binary =
  (opType: string) =>
  (graph: Graph, left: Value, right: Value): Value =>
    graph.node(opType, [left, right], broadcast(left.shape, right.shape));

export const add = binary('Add');
export const subtract = binary('Sub');
export const multiply = binary('Mul');
export const divide = binary('Div');

export const unary = (graph: Graph, opType: string, value: Value): Value => graph.node(opType, [value], value.shape);

const reduced = (shape: readonly number[], axes: readonly number[], keep: boolean): number[] =>
  keep ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.includes(axis));

export function reduceSum(graph: Graph, value: Value, axes: readonly number[], keep = true): Value {
  return graph.node('ReduceSum', [value, graph.integers(axes)], reduced(value.shape, axes, keep), { keepdims: keep ? 1 : 0 });
}

export function reduceMean(graph: Graph, value: Value, axes: readonly number[], keep = true): Value {
  return graph.node('ReduceMean', [value], reduced(value.shape, axes, keep), { axes: [...axes], keepdims: keep ? 1 : 0 });
}

export function reshape(graph: Graph, value: Value, shape: readonly number[]): Value {
  return graph.node('Reshape', [value, graph.integers(shape)], shape);
}

export function transpose(graph: Graph, value: Value, permutation: readonly number[]): Value {
  return graph.node(
    'Transpose',
    [value],
    permutation.map((axis) => value.shape[axis] ?? 0),
    { perm: permutation },
  );
}

export function matmul(graph: Graph, left: Value, right: Value): Value {
  return graph.node('MatMul', [left, right], [...left.shape.slice(0, -1), right.shape.at(-1) ?? 0]);
}

/** Pads the last two axes of an NCHW tensor with zeros. */
export function padPlane(graph: Graph, value: Value, by: number): Value {
  if (by === 0) return value;
  const [batch = 0, channels = 0, height = 0, width = 0] = value.shape;
  return graph.node('Pad', [value, graph.integers([0, 0, by, by, 0, 0, by, by]), graph.scalar(0)], [batch, channels, height + 2 * by, width + 2 * by]);
}

/** The same, and one more row or column behind where the side would be odd. */
export function padToEven(graph: Graph, value: Value, by: number): Value {
  const [batch = 0, channels = 0, height = 0, width = 0] = value.shape;
  const [below, right] = [by + (height % 2), by + (width % 2)];
  if (below + right === 0) return value;
  return graph.node('Pad', [value, graph.integers([0, 0, by, by, 0, 0, below, right]), graph.scalar(0)], [batch, channels, height + by + below, width + by + right]);
}

/** Even and odd rows and columns of an NCHW tensor apart: [N, 4C, H/2, W/2], the phases one behind the other: even rows first, in them even columns first. */
export function partPhases(graph: Graph, value: Value): Value {
  const [batch = 0, channels = 0, height = 0, width = 0] = value.shape;
  return graph.node('SpaceToDepth', [value], [batch, 4 * channels, height / 2, width / 2], { blocksize: 2 });
}

/** A window of one phase of `partPhases`. */
export function slicePhase(graph: Graph, parted: Value, window: { phase: number; top: number; left: number; height: number; width: number }): Value {
  const { phase, top, left, height, width } = window;
  const [batch = 0, all = 0] = parted.shape;
  const channels = all / 4;
  const starts = [phase * channels, top, left];
  const ends = [(phase + 1) * channels, top + height, left + width];
  return graph.node('Slice', [parted, graph.integers(starts), graph.integers(ends), graph.integers([1, 2, 3])], [batch, channels, height, width]);
}

/** A window of the last two axes, every `stride`-th element. */
export function slicePlane(graph: Graph, value: Value, window: { top: number; left: number; height: number; width: number; stride: number }): Value {
  const { top, left, height, width, stride } = window;
  const [batch = 0, channels = 0] = value.shape;
  const ends = [top + (height - 1) * stride + 1, left + (width - 1) * stride + 1];
  return graph.node('Slice', [value, graph.integers([top, left]), graph.integers(ends), graph.integers([2, 3]), graph.integers([stride, stride])], [batch, channels, height, width]);
}

/** The last two axes backwards, as a kernel is turned by half a turn. */
export function turned(graph: Graph, weight: Value): Value {
  const before = -1_000_000_000;
  return graph.node('Slice', [weight, graph.integers([-1, -1]), graph.integers([before, before]), graph.integers([2, 3]), graph.integers([-1, -1])], weight.shape);
}
