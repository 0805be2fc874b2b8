import { multiply, reduceMean, reduceSum, subtract, unary } from './arithmetic.js';
import type { Graph, Value } from './graph.js';

export interface Targets {
  /** [N, K]: one-hot, or 0 and 1 for each class. */
  readonly classes: Value;
  /** [N, 1]: how much each image counts. */
  readonly weights: Value;
}

/** Mean over the batch of weight x cross entropy of the softmax. */
export function softmaxCrossEntropy(graph: Graph, logits: Value, targets: Targets): Value {
  const probabilities = graph.node('Softmax', [logits], logits.shape, { axis: 1 });
  const logarithm = graph.node('LogSoftmax', [logits], logits.shape, { axis: 1 });
  const each = multiply(graph, reduceSum(graph, multiply(graph, targets.classes, logarithm), [1]), targets.weights);
  const loss = unary(graph, 'Neg', reduceMean(graph, each, [0, 1], false));
  return graph.differentiable(loss, [logits], () => [scaledError(graph, probabilities, targets, 1 / (logits.shape[0] ?? 1))]);
}

/** Mean over batch and classes of weight x binary cross entropy of the sigmoid. */
export function sigmoidBinaryCrossEntropy(graph: Graph, logits: Value, targets: Targets): Value {
  const probabilities = unary(graph, 'Sigmoid', logits);
  // softplus(x) - x*y: the form that does not overflow.
  const each = subtract(graph, unary(graph, 'Softplus', logits), multiply(graph, logits, targets.classes));
  const loss = reduceMean(graph, multiply(graph, each, targets.weights), [0, 1], false);
  return graph.differentiable(loss, [logits], () => [scaledError(graph, probabilities, targets, 1 / ((logits.shape[0] ?? 1) * (logits.shape[1] ?? 1)))]);
}

function scaledError(graph: Graph, probabilities: Value, targets: Targets, factor: number): Value {
  return multiply(graph, multiply(graph, subtract(graph, probabilities, targets.classes), targets.weights), graph.scalar(factor));
}
