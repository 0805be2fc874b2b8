/** Floats of a tensor, row by row. */
export interface RuntimeTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What a run gave. To be read before it is disposed of. */
export interface RuntimeResults {
  /** Null: the model has no such output, or it is not of floats. */
  tensor(name: string): RuntimeTensor | null;
  dispose(): void;
}

/** A model that is ready to run. Calls come one after the other. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<RuntimeResults>;
  release(): Promise<void>;
}

export const RUNTIME_NAMES = ['onnxruntime-node', 'onnxruntime-web', 'tfjs-node', 'tfjs-wasm'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** What computes ONNX graphs: a training step with forward and backward in one graph, or an exported model. */
export interface StepRuntime {
  readonly name: RuntimeName;
  /** What its user should know, such as that it is slow and why it is used; null: nothing. */
  readonly notice: string | null;
  /** `threads`: of one run; a runtime that has but one ignores it. */
  open(model: Uint8Array, threads: number): Promise<RuntimeSession>;
}

/** Throws where the model has no such output of floats. */
export function floatsOf(results: RuntimeResults, name: string): Float32Array {
  const found = results.tensor(name);
  if (found === null) throw new Error(`the graph has no float output ${name}`);
  return found.data;
}
