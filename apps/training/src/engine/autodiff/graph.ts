import type { AttributeValue, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/onnx-model.js';

/** A float tensor of the graph: a name and a shape that is known while the graph is built. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Gradients of the inputs, in their order, from that of the output. `needed[i]` is false where nobody will use it; null then. */
export type Pullback = (gradient: Value, needed: readonly boolean[]) => readonly (Value | null)[];

interface TapeEntry {
  readonly output: Value;
  readonly inputs: readonly Value[];
  readonly pullback: Pullback;
}

/**
 * Builds a graph of ONNX operators and remembers how to go back through it: reverse-mode differentiation that writes the backward pass as
 * nodes of the same graph, so that the inference session of onnxruntime runs a training step.
 */
export class Graph {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private readonly inputs: OnnxValue[] = [];
  private readonly outputs: OnnxValue[] = [];
  private readonly tape: TapeEntry[] = [];
  private readonly constants = new Map<string, string>();
  private counter = 0;

  input(name: string, shape: readonly number[], declared: readonly (number | string)[] = shape): Value {
    this.inputs.push({ name, shape: declared });
    return { name, shape };
  }

  /** A tensor whose values are part of the model. */
  parameter(name: string, shape: readonly number[], data: Float32Array): Value {
    this.initializers.push({ name, dims: shape, data });
    return { name, shape };
  }

  output(name: string, value: Value, declared: readonly (number | string)[] = value.shape): void {
    this.nodes.push({ opType: 'Identity', inputs: [value.name], outputs: [name], attributes: {} });
    this.outputs.push({ name, shape: declared });
  }

  /** One operator with one output. Not differentiated by itself: see `differentiable`. */
  node(opType: string, inputs: readonly (Value | string)[], shape: readonly number[], attributes: Readonly<Record<string, AttributeValue>> = {}): Value {
    const name = `${opType}_${this.counter++}`;
    this.nodes.push({ opType, inputs: inputs.map((one) => (typeof one === 'string' ? one : one.name)), outputs: [name], attributes });
    return { name, shape };
  }

  /** An operator with two outputs of equal shape, such as MaxPool with its indices. */
  pairNode(opType: string, inputs: readonly Value[], shape: readonly number[], attributes: Readonly<Record<string, AttributeValue>>): readonly [Value, Value] {
    const names = [`${opType}_${this.counter++}`, `${opType}_${this.counter++}`] as const;
    this.nodes.push({ opType, inputs: inputs.map((one) => one.name), outputs: [...names], attributes });
    return [
      { name: names[0], shape },
      { name: names[1], shape },
    ];
  }

  scalar(value: number): Value {
    return { name: this.constant(`f:${value}`, () => ({ dims: [], data: Float32Array.of(value) })), shape: [] };
  }

  /** A list of integers, as operators take axes and shapes. */
  integers(values: readonly number[]): string {
    return this.constant(`i:${values.join(',')}`, () => ({ dims: [values.length], data: BigInt64Array.from(values, BigInt) }));
  }

  /** A list of numbers, as Resize takes its scales. */
  floats(values: readonly number[]): string {
    return this.constant(`v:${values.join(',')}`, () => ({ dims: [values.length], data: Float32Array.from(values) }));
  }

  /** A tensor that is never learned; `key` says what it is, so that it is in the file once. */
  matrix(key: string, shape: readonly number[], data: Float32Array): Value {
    return { name: this.constant(`m:${key}`, () => ({ dims: shape, data })), shape };
  }

  /** Remembers how the gradient goes back through what was just built. */
  differentiable(output: Value, inputs: readonly Value[], pullback: Pullback): Value {
    this.tape.push({ output, inputs, pullback });
    return output;
  }

  /** Gradients of a scalar by these values, as nodes of this graph. A value that the loss does not depend on is an error. */
  gradients(loss: Value, by: readonly Value[]): readonly Value[] {
    const depends = new Set(by.map((one) => one.name));
    for (const entry of this.tape) if (entry.inputs.some((one) => depends.has(one.name))) depends.add(entry.output.name);
    const gradients = new Map<string, Value>([[loss.name, this.scalar(1)]]);
    for (const entry of this.tape.toReversed()) this.pullBack(entry, gradients, depends);
    return by.map((one) => {
      const gradient = gradients.get(one.name);
      if (gradient === undefined) throw new Error(`the loss does not depend on ${one.name}`);
      return gradient;
    });
  }

  toModel(metadata: Readonly<Record<string, string>> = {}): OnnxModel {
    return { nodes: this.nodes, initializers: this.initializers, inputs: this.inputs, outputs: this.outputs, metadata };
  }

  private pullBack(entry: TapeEntry, gradients: Map<string, Value>, depends: ReadonlySet<string>): void {
    const gradient = gradients.get(entry.output.name);
    const needed = entry.inputs.map((one) => depends.has(one.name));
    if (gradient === undefined || !needed.includes(true)) return;
    entry.pullback(gradient, needed).forEach((contribution, index) => {
      const input = entry.inputs[index];
      if (contribution === null || input === undefined || needed[index] !== true) return;
      const sum = gradients.get(input.name);
      gradients.set(input.name, sum === undefined ? contribution : this.node('Add', [sum, contribution], input.shape));
    });
  }

  private constant(key: string, make: () => Omit<OnnxTensor, 'name'>): string {
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.constants.size}`;
    this.constants.set(key, name);
    this.initializers.push({ name, ...make() });
    return name;
  }
}
