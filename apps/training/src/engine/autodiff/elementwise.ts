import { add, divide, multiply, subtract, unary } from './arithmetic.js';
import type { Graph, Value } from './graph.js';

/** Arithmetic with gradients on tensors of ONE shape, for losses that are written as formulas. */

type Binary = (graph: Graph, left: Value, right: Value) => Value;

export const plus: Binary = (graph, left, right) => graph.differentiable(add(graph, left, right), [left, right], (gradient) => [gradient, gradient]);

export const minus: Binary = (graph, left, right) => graph.differentiable(subtract(graph, left, right), [left, right], (gradient) => [gradient, unary(graph, 'Neg', gradient)]);

export const times: Binary = (graph, left, right) =>
  graph.differentiable(multiply(graph, left, right), [left, right], (gradient) => [multiply(graph, gradient, right), multiply(graph, gradient, left)]);

export const over: Binary = (graph, left, right) => {
  const output = divide(graph, left, right);
  return graph.differentiable(output, [left, right], (gradient) => {
    const byLeft = divide(graph, gradient, right);
    return [byLeft, unary(graph, 'Neg', multiply(graph, byLeft, output))];
  });
};

/** Where both are equal the gradient goes to the left one. */
const chosen =
  (opType: 'Min' | 'Max', isLeft: 'LessOrEqual' | 'GreaterOrEqual'): Binary =>
  (graph, left, right) => {
    const output = graph.node(opType, [left, right], left.shape);
    return graph.differentiable(output, [left, right], (gradient) => {
      const fromLeft = graph.node(isLeft, [left, right], left.shape);
      const zero = graph.scalar(0);
      return [graph.node('Where', [fromLeft, gradient, zero], left.shape), graph.node('Where', [fromLeft, zero, gradient], left.shape)];
    });
  };

export const smaller = chosen('Min', 'LessOrEqual');
export const larger = chosen('Max', 'GreaterOrEqual');

export function exponential(graph: Graph, input: Value): Value {
  const output = unary(graph, 'Exp', input);
  return graph.differentiable(output, [input], (gradient) => [multiply(graph, gradient, output)]);
}

/**
 * Nothing below and above the limits gets through, and no gradient comes back from there. Written as two ramps: OpenCV's reader does not know Clip with limits as inputs,
 * as it is since operator set 11.
 */
export function clipped(graph: Graph, input: Value, limits: { readonly least: number; readonly most: number }): Value {
  const [least, most] = [graph.scalar(limits.least), graph.scalar(limits.most)];
  const fromBelow = add(graph, unary(graph, 'Relu', subtract(graph, input, least)), least);
  const output = subtract(graph, most, unary(graph, 'Relu', subtract(graph, most, fromBelow)));
  return graph.differentiable(output, [input], (gradient) => {
    const isInside = graph.node('And', [graph.node('GreaterOrEqual', [input, least], input.shape), graph.node('LessOrEqual', [input, most], input.shape)], input.shape);
    return [graph.node('Where', [isInside, gradient, graph.scalar(0)], input.shape)];
  });
}

/** One channel of an NCHW tensor, as [N, 1, H, W]. */
export function channel(graph: Graph, input: Value, index: number): Value {
  const [batch = 0, channels = 0, height = 0, width = 0] = input.shape;
  const output = graph.node('Slice', [input, graph.integers([index]), graph.integers([index + 1]), graph.integers([1])], [batch, 1, height, width]);
  return graph.differentiable(output, [input], (gradient) => [
    graph.node('Pad', [gradient, graph.integers([0, index, 0, 0, 0, channels - index - 1, 0, 0]), graph.scalar(0)], input.shape),
  ]);
}
