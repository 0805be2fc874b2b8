import type { OnnxModel, OnnxNode, OnnxTensor } from '../engine/onnx/onnx-model.js';

/** A value of the graph that is written, with the shape it has. */
export interface Written {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Gathers the nodes and numbers of an ONNX graph. */
export class OnnxWriter {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];

  node(opType: string, inputs: readonly string[], shape: readonly number[], attributes: OnnxNode['attributes'] = {}): Written {
    const [only] = this.nodeOf(opType, inputs, [shape], attributes);
    if (only === undefined) throw new Error('A node has an output.');
    return only;
  }

  /** One with several outputs. */
  nodeOf(opType: string, inputs: readonly string[], shapes: readonly (readonly number[])[], attributes: OnnxNode['attributes'] = {}): Written[] {
    const outputs = shapes.map((shape, index) => ({ name: `n${this.nodes.length}_${index}`, shape }));
    this.nodes.push({ opType, inputs, outputs: outputs.map((one) => one.name), attributes });
    return outputs;
  }

  floats(dims: readonly number[], data: Float32Array): string {
    return this.initializer(dims, data);
  }

  wholes(values: readonly number[]): string {
    return this.initializer([values.length], BigInt64Array.from(values.map(BigInt)));
  }

  model(input: Written, outputs: Readonly<Record<string, Written>>, metadata: Readonly<Record<string, string>>): OnnxModel {
    const named = Object.entries(outputs).map(([name, { name: from, shape }]) => ({ node: { opType: 'Identity', inputs: [from], outputs: [name], attributes: {} }, value: { name, shape } }));
    return { nodes: [...this.nodes, ...named.map((one) => one.node)], initializers: this.initializers, inputs: [input], outputs: named.map((one) => one.value), metadata };
  }

  private initializer(dims: readonly number[], data: OnnxTensor['data']): string {
    const name = `w${this.initializers.length}`;
    this.initializers.push({ name, dims, data });
    return name;
  }
}
