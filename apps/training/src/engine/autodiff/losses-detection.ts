import { add, divide, multiply, reduceSum, subtract, unary } from './arithmetic.js';
import { channel, larger, minus, over, plus, smaller, times } from './elementwise.js';
import type { Graph, Value } from './graph.js';

export interface HeatTargets {
  /** [N, K, H, W]: 1 at the middle of an object, else 0. */
  readonly positives: Value;
  /** [N, K, H, W]: how much it counts that nothing is here; small near a middle, 0 where anything may be said. */
  readonly negatives: Value;
}

/** Focal loss of a map of object middles (Law and Deng 2018, alpha 2), divided by the number of objects. */
export function heatFocalLoss(graph: Graph, logits: Value, { positives, negatives }: HeatTargets): Value {
  const axes = [0, 1, 2, 3];
  const two = graph.scalar(2);
  const objects = graph.node('Max', [reduceSum(graph, positives, axes, false), graph.scalar(1)], []);
  const is = unary(graph, 'Sigmoid', logits);
  const isNot = unary(graph, 'Sigmoid', unary(graph, 'Neg', logits));
  // Logarithms of both, in the form that does not overflow.
  const logIs = unary(graph, 'Neg', unary(graph, 'Softplus', unary(graph, 'Neg', logits)));
  const logIsNot = unary(graph, 'Neg', unary(graph, 'Softplus', logits));
  const missed = multiply(graph, positives, multiply(graph, isNot, isNot));
  const invented = multiply(graph, negatives, multiply(graph, is, is));
  const each = add(graph, multiply(graph, missed, logIs), multiply(graph, invented, logIsNot));
  const loss = unary(graph, 'Neg', divide(graph, reduceSum(graph, each, axes, false), objects));
  return graph.differentiable(loss, [logits], (gradient) => {
    const ofMissed = multiply(graph, missed, subtract(graph, multiply(graph, multiply(graph, two, is), logIs), isNot));
    const ofInvented = multiply(graph, invented, subtract(graph, is, multiply(graph, multiply(graph, two, isNot), logIsNot)));
    return [multiply(graph, add(graph, ofMissed, ofInvented), divide(graph, gradient, objects))];
  });
}

export interface BoxTargets {
  /** [N, 4, H, W]: distances to the left, upper, right and lower side of the object, all positive. */
  readonly distances: Value;
  /** [N, 1, H, W]; 0 where no box is to be told. */
  readonly weights: Value;
}

/** Weighted mean of 1 - GIoU of boxes around the same point (Rezatofighi et al. 2019); 0 where nothing counts. Distances must be positive. */
export function boxLoss(graph: Graph, distances: Value, targets: BoxTargets): Value {
  const sides = (value: Value): [Value, Value, Value, Value] => [channel(graph, value, 0), channel(graph, value, 1), channel(graph, value, 2), channel(graph, value, 3)];
  const [left, top, right, bottom] = sides(distances);
  const [trueLeft, trueTop, trueRight, trueBottom] = sides(targets.distances);
  const area = times(graph, plus(graph, left, right), plus(graph, top, bottom));
  const trueArea = times(graph, plus(graph, trueLeft, trueRight), plus(graph, trueTop, trueBottom));
  const span = (of: typeof smaller, a: readonly [Value, Value], b: readonly [Value, Value]): Value => plus(graph, of(graph, ...a), of(graph, ...b));
  const shared = times(graph, span(smaller, [left, trueLeft], [right, trueRight]), span(smaller, [top, trueTop], [bottom, trueBottom]));
  const hull = times(graph, span(larger, [left, trueLeft], [right, trueRight]), span(larger, [top, trueTop], [bottom, trueBottom]));
  const union = minus(graph, plus(graph, area, trueArea), shared);
  // 1 - GIoU = 1 - shared / union + (hull - union) / hull = 2 - shared / union - union / hull
  const agreement = plus(graph, over(graph, shared, union), over(graph, union, hull));
  return lostAgreement(graph, agreement, targets.weights);
}

function lostAgreement(graph: Graph, agreement: Value, weights: Value): Value {
  const axes = [0, 1, 2, 3];
  // Below one object in the whole batch there is next to nothing to learn; 0 / 0 must not come out.
  const total = graph.node('Max', [reduceSum(graph, weights, axes, false), graph.scalar(1e-6)], []);
  const lost = multiply(graph, subtract(graph, graph.scalar(2), agreement), weights);
  const loss = divide(graph, reduceSum(graph, lost, axes, false), total);
  return graph.differentiable(loss, [agreement], (gradient) => [multiply(graph, weights, divide(graph, unary(graph, 'Neg', gradient), total))]);
}
