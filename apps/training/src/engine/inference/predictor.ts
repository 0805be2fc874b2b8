import type { ModelAdapter, PredictedObject } from '@app/contracts';
import { loadRuntime } from '../runtime/load-runtime.js';
import type { RuntimeSession, RuntimeTensor } from '../runtime/step-runtime.js';
import type { RawOutput } from '../tasks/output-decoder.js';
import { decodingOf, type Decode } from './decoding.js';
import { fittedImage } from './fitted-image.js';
import { uncertaintyOf } from './uncertainty.js';

export interface Prediction {
  readonly width: number;
  readonly height: number;
  readonly objects: readonly PredictedObject[];
  readonly uncertainty: number;
  /** What the model said, for who measures it. */
  readonly outputs: Readonly<Record<string, RawOutput>>;
}

/** An exported model in use: from the bytes of an image to objects in its pixels. */
export class Predictor {
  private constructor(
    private readonly session: RuntimeSession,
    private readonly decode: Decode,
    private readonly adapter: ModelAdapter,
  ) {}

  /** Throws `validation-failed` for a format that this worker has no decoder for. */
  static async open(model: Uint8Array, adapter: ModelAdapter, threads: number): Promise<Predictor> {
    const decode = decodingOf(adapter);
    return new Predictor(await (await loadRuntime('onnx')).open(model, threads), decode, adapter);
  }

  /** Throws for what cannot be decoded. */
  async predict(bytes: Uint8Array): Promise<Prediction> {
    const { input, shape, width, height } = await fittedImage(bytes, this.adapter);
    const [name = 'images'] = this.session.inputNames;
    const results = await this.session.run({ [name]: { data: input, shape } });
    try {
      const outputs = Object.fromEntries(this.session.outputNames.flatMap((key) => outputOf(results.tensor(key), key)));
      const objects = this.decode(outputs, { width, height });
      return { width, height, objects, uncertainty: uncertaintyOf(this.adapter, outputs, objects), outputs };
    } finally {
      results.dispose();
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/** Outputs of other kinds than floats are none that a decoder reads. */
function outputOf(tensor: RuntimeTensor | null, name: string): [string, RawOutput][] {
  return tensor === null ? [] : [[name, { data: tensor.data, shape: tensor.shape.slice(1) }]];
}
