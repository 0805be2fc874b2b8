import * as tf from '@tensorflow/tfjs-core';
import type { OnnxModel, OnnxTensor } from '../../onnx/onnx-model.js';
import { decodeModel } from '../../onnx/onnx-reader.js';
import type { RuntimeName, RuntimeResults, RuntimeSession, RuntimeTensor } from '../step-runtime.js';
import { Held } from './held.js';
import type { OperatorCall } from './operator.js';
import { planOf, type Plan, type PlannedStep } from './plan.js';

/** What computes below TensorFlow.js. */
export interface TfjsBackend {
  readonly runtime: RuntimeName;
  /** As TensorFlow.js calls it. */
  readonly name: string;
}

/** An ONNX graph, operator by operator through the kernels of TensorFlow.js. */
export class TfjsSession implements RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly constants: ReadonlyMap<string, Held>;
  private readonly numbers: ReadonlyMap<string, readonly number[]>;

  private constructor(
    model: OnnxModel,
    private readonly plan: Plan,
    private readonly backend: TfjsBackend,
  ) {
    this.inputNames = model.inputs.map((one) => one.name);
    this.outputNames = model.outputs.map((one) => one.name);
    this.numbers = new Map(model.initializers.map((one) => [one.name, Array.from(one.data, Number)]));
    this.constants = new Map(model.initializers.flatMap((one): [string, Held][] => (one.data instanceof Float32Array ? [[one.name, constantOf({ ...one, data: one.data })]] : [])));
  }

  /** Throws for a graph that holds an operator which is not known. */
  static async open(bytes: Uint8Array, backend: TfjsBackend): Promise<TfjsSession> {
    const model = decodeModel(bytes);
    await tf.setBackend(backend.name);
    return new TfjsSession(model, planOf(model), backend);
  }

  async run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<RuntimeResults> {
    // Kernels hold the event loop for a whole step; between two of them messages get through.
    await new Promise((resolve) => setImmediate(resolve));
    if (tf.getBackend() !== this.backend.name) await tf.setBackend(this.backend.name);
    const values = new Map<string, Held>();
    try {
      for (const name of this.inputNames) if (!this.plan.unused.includes(name)) values.set(name, fedValue(name, feeds[name]));
      for (const step of this.plan.steps) this.compute(step, values);
      return this.resultsOf(values);
    } catch (error) {
      disposeAll(values);
      throw error;
    }
  }

  async release(): Promise<void> {
    for (const held of this.constants.values()) held.dispose();
  }

  private compute(step: PlannedStep, values: Map<string, Held>): void {
    const { node, operator, lastUses } = step;
    const call: OperatorCall = {
      node,
      inputs: node.inputs.map((name) => values.get(name) ?? this.constants.get(name) ?? null),
      integers: (index) => this.numbersOf(step, index),
      floats: (index) => this.numbersOf(step, index),
    };
    // Held values keep their tensors; all else goes here.
    let outputs: readonly Held[] = [];
    tf.tidy(() => {
      outputs = operator(call);
    });
    node.outputs.forEach((name, at) => {
      const output = outputs[at];
      if (output !== undefined) values.set(name, output);
    });
    for (const name of lastUses) {
      values.get(name)?.dispose();
      values.delete(name);
    }
  }

  private numbersOf({ node }: PlannedStep, index: number): readonly number[] {
    const found = this.numbers.get(node.inputs[index] ?? '');
    if (found === undefined) throw new Error(`input ${index} of ${node.opType} is not a constant`);
    return found;
  }

  private resultsOf(values: Map<string, Held>): RuntimeResults {
    return {
      tensor: (name) => {
        const held = values.get(name);
        if (held === undefined) return null;
        return { data: held.as('plain').dataSync<'float32'>().slice(), shape: held.shape };
      },
      dispose: () => disposeAll(values),
    };
  }
}

const constantOf = ({ data, dims }: OnnxTensor & { readonly data: Float32Array }): Held => Held.plain(tf.tensor(data, [...dims], 'float32'));

function fedValue(name: string, fed: RuntimeTensor | undefined): Held {
  if (fed === undefined) throw new Error(`the graph's input ${name} is missing`);
  return Held.plain(tf.tensor(fed.data, [...fed.shape], 'float32'));
}

function disposeAll(values: Map<string, Held>): void {
  for (const held of values.values()) held.dispose();
  values.clear();
}
