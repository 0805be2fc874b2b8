import type { OnnxModel, OnnxNode } from '../../onnx/onnx-model.js';
import { CONVOLUTIONS } from './convolutions.js';
import { ELEMENTWISE } from './elementwise.js';
import { input, type Operator } from './operator.js';
import { PLANES } from './planes.js';
import { REDUCTIONS, summedProduct } from './reductions.js';
import { SHAPES } from './shapes.js';

const OPERATORS: Readonly<Record<string, Operator>> = { ...CONVOLUTIONS, ...ELEMENTWISE, ...PLANES, ...REDUCTIONS, ...SHAPES };

/** Types of nodes that this interpreter knows. */
export const KNOWN_OPERATORS: ReadonlySet<string> = new Set(Object.keys(OPERATORS));

export interface PlannedStep {
  readonly node: OnnxNode;
  readonly operator: Operator;
  /** Values that nobody looks at after it. */
  readonly lastUses: readonly string[];
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** Inputs of the graph that nothing reads. */
  readonly unused: readonly string[];
}

/** In which order what is computed, and when each value can go: made once, since shapes are the same in every run. Throws for an operator that is not known. */
export function planOf(model: OnnxModel): Plan {
  const nodes = withSummedProducts(model.nodes);
  const kept = new Set([...model.outputs, ...model.initializers].map((one) => one.name));
  const lastUse = new Map<string, number>();
  nodes.forEach(({ node }, at) => {
    // What nobody reads goes at once.
    for (const name of [...node.outputs, ...node.inputs]) lastUse.set(name, at);
  });
  const steps = nodes.map(({ node, operator }, at) => ({ node, operator, lastUses: [...new Set([...node.inputs, ...node.outputs])].filter((name) => name !== '' && lastUse.get(name) === at && !kept.has(name)) }));
  return { steps, unused: model.inputs.map((one) => one.name).filter((name) => !lastUse.has(name)) };
}

interface Chosen {
  readonly node: OnnxNode;
  readonly operator: Operator;
}

/** Puts a product over a batch and the sum over it into one: the two are how the gradient of each convolution's kernel is written. */
function withSummedProducts(nodes: readonly OnnxNode[]): Chosen[] {
  const uses = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const products = new Map(nodes.flatMap((node): [string, OnnxNode][] => (node.opType === 'MatMul' && uses.get(node.outputs[0] ?? '') === 1 ? [[node.outputs[0] ?? '', node]] : [])));
  const summed = new Map<OnnxNode, OnnxNode>();
  for (const node of nodes) {
    const product = node.opType === 'ReduceSum' && node.attributes['keepdims'] === 0 ? products.get(node.inputs[0] ?? '') : undefined;
    if (product !== undefined) summed.set(node, product);
  }
  const gone = new Set(summed.values());
  return nodes.filter((node) => !gone.has(node)).map((node) => {
    const product = summed.get(node);
    return product === undefined ? { node, operator: operatorOf(node) } : { node: { ...node, inputs: [...product.inputs, node.inputs[1] ?? ''] }, operator: sumOfProducts };
  });
}

/** Inputs: both factors, and the axes of the sum. */
const sumOfProducts: Operator = (call) => {
  const [left, right] = [input(call, 0), input(call, 1)];
  const axes = call.integers(2);
  if (axes.length === 1 && axes[0] === 0 && left.rank === 3 && right.rank === 3) return [summedProduct(left, right)];
  const [product] = operatorNamed('MatMul')(call);
  if (product === undefined) throw new Error('a product has no output');
  const sum = operatorNamed('ReduceSum')({ ...call, inputs: [product, null], integers: () => axes });
  product.dispose();
  return sum;
};

function operatorOf(node: OnnxNode): Operator {
  return operatorNamed(node.opType);
}

function operatorNamed(opType: string): Operator {
  const operator = OPERATORS[opType];
  if (operator === undefined) throw new Error(`the operator ${opType} is not known to the engine tfjs`);
  return operator;
}
