import { add, divide, multiply, reduceSum, subtract, unary } from './arithmetic.js';
import type { Graph, Value } from './graph.js';

/** Losses of networks whose output is a plane. A weight of 0 keeps a place out of loss and gradient. */

export interface PixelTargets {
  /** [N, K, H, W]: one-hot at pixels that count, 0 in all channels at those that do not. */
  readonly classes: Value;
  /** Weight of each of the K classes. */
  readonly weights: readonly number[];
}

/** A label map [N, 1, H, W] of indices 0 to K - 1 as one-hot planes; any other number, such as -1, is in none of them. */
export function oneHotPlanes(graph: Graph, labels: Value, count: number): Value {
  const [batch = 0, , height = 0, width = 0] = labels.shape;
  const indices = graph.matrix(`indices:${count}`, [1, count, 1, 1], Float32Array.from({ length: count }, (_, index) => index));
  const equal = graph.node('Equal', [labels, indices], [batch, count, height, width]);
  return graph.node('Cast', [equal], equal.shape, { to: 1 });
}

/** Weighted mean over the pixels that count of the cross entropy of the softmax over the channels. */
export function pixelCrossEntropy(graph: Graph, logits: Value, targets: PixelTargets): Value {
  const count = targets.weights.length;
  const weighted = multiply(graph, targets.classes, graph.matrix(`weights:${targets.weights.join(',')}`, [1, count, 1, 1], Float32Array.from(targets.weights)));
  // A batch of ignored pixels alone has the loss 0, not 0 / 0.
  const total = graph.node('Max', [reduceSum(graph, weighted, [0, 1, 2, 3], false), graph.scalar(1)], []);
  const logarithm = graph.node('LogSoftmax', [logits], logits.shape, { axis: 1 });
  const loss = divide(graph, unary(graph, 'Neg', reduceSum(graph, multiply(graph, weighted, logarithm), [0, 1, 2, 3], false)), total);
  return graph.differentiable(loss, [logits], (gradient) => {
    const probabilities = graph.node('Softmax', [logits], logits.shape, { axis: 1 });
    const error = subtract(graph, multiply(graph, probabilities, reduceSum(graph, weighted, [1])), weighted);
    return [multiply(graph, error, divide(graph, gradient, total))];
  });
}

/** Softmax over the channels. */
export function channelSoftmax(graph: Graph, logits: Value): Value {
  const output = graph.node('Softmax', [logits], logits.shape, { axis: 1 });
  return graph.differentiable(output, [logits], (gradient) => {
    const along = reduceSum(graph, multiply(graph, gradient, output), [1]);
    return [multiply(graph, output, subtract(graph, gradient, along))];
  });
}

/**
 * 1 - the soft Dice coefficient (Milletari et al. 2016, without squares), over batch and plane, mean of the channels; 1 added above and below the line, so that
 * a class which is neither shown nor seen costs nothing. Counts pixels that have a class in `classes` only.
 */
export function diceLoss(graph: Graph, probabilities: Value, classes: Value): Value {
  const count = classes.shape[1] ?? 1;
  const counted = reduceSum(graph, classes, [1]);
  const axes = [0, 2, 3];
  const both = add(graph, multiply(graph, reduceSum(graph, multiply(graph, probabilities, classes), axes), graph.scalar(2)), graph.scalar(1));
  const either = add(graph, add(graph, reduceSum(graph, multiply(graph, probabilities, counted), axes), reduceSum(graph, classes, axes)), graph.scalar(1));
  const share = divide(graph, reduceSum(graph, divide(graph, both, either), [0, 1, 2, 3], false), graph.scalar(count));
  return graph.differentiable(subtract(graph, graph.scalar(1), share), [probabilities], (gradient) => {
    const rising = divide(graph, multiply(graph, classes, graph.scalar(2)), either);
    const falling = multiply(graph, counted, divide(graph, both, multiply(graph, either, either)));
    return [multiply(graph, subtract(graph, falling, rising), divide(graph, gradient, graph.scalar(count)))];
  });
}

export interface MaskedTargets {
  readonly values: Value;
  /** How much each place counts; of the same shape, or 1 where it holds for a whole axis. */
  readonly weights: Value;
}

/** Weighted mean of |prediction - value|; 0 where nothing counts. */
export function maskedL1(graph: Graph, prediction: Value, targets: MaskedTargets): Value {
  const difference = subtract(graph, prediction, targets.values);
  const total = weightOf(graph, prediction, targets.weights);
  const loss = divide(graph, summed(graph, multiply(graph, unary(graph, 'Abs', difference), targets.weights)), total);
  return graph.differentiable(loss, [prediction], (gradient) => [multiply(graph, multiply(graph, unary(graph, 'Sign', difference), targets.weights), divide(graph, gradient, total))]);
}

/** Weighted mean of the binary cross entropy of the sigmoid; 0 where nothing counts. */
export function maskedBinaryCrossEntropy(graph: Graph, logits: Value, targets: MaskedTargets): Value {
  const total = weightOf(graph, logits, targets.weights);
  // softplus(x) - x * y: the form that does not overflow.
  const each = subtract(graph, unary(graph, 'Softplus', logits), multiply(graph, logits, targets.values));
  const loss = divide(graph, summed(graph, multiply(graph, each, targets.weights)), total);
  return graph.differentiable(loss, [logits], (gradient) => {
    const error = subtract(graph, unary(graph, 'Sigmoid', logits), targets.values);
    return [multiply(graph, multiply(graph, error, targets.weights), divide(graph, gradient, total))];
  });
}

const axesOf = (value: Value): number[] => value.shape.map((_, axis) => axis);
const summed = (graph: Graph, value: Value): Value => reduceSum(graph, value, axesOf(value), false);

/** Of all places of a prediction, at least 1. */
function weightOf(graph: Graph, prediction: Value, weights: Value): Value {
  const size = (value: Value): number => value.shape.reduce((product, side) => product * side, 1);
  const total = multiply(graph, summed(graph, weights), graph.scalar(size(prediction) / size(weights)));
  return graph.node('Max', [total, graph.scalar(1)], []);
}
