import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { RuntimeResults, RuntimeSession, RuntimeTensor } from './step-runtime.js';

type TensorOf = (tensor: RuntimeTensor) => Tensor;

/** A session of onnxruntime, of whichever of its packages: they share their types. */
export class OnnxRuntimeSession implements RuntimeSession {
  constructor(
    private readonly session: InferenceSession,
    private readonly tensorOf: TensorOf,
  ) {}

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  async run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<RuntimeResults> {
    const results = await this.session.run(Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, this.tensorOf(tensor)])));
    return {
      tensor: (name) => {
        const found = results[name];
        return found?.data instanceof Float32Array ? { data: found.data, shape: found.dims } : null;
      },
      dispose: () => {
        for (const tensor of Object.values(results)) tensor.dispose();
      },
    };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
