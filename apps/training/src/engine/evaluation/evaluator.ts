import type { ValidationExample } from '@app/contracts';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { writePlain } from '../data/augmentation.js';
import { CHANNELS } from '../data/image-decoder.js';
import type { TrainingData } from '../data/training-data.js';
import { floatsOf, openSession } from '../network/session.js';
import type { Sample } from '../samples/sample.js';
import type { RawOutput } from '../tasks/output-decoder.js';
import type { TaskResult, TrainingTask } from '../tasks/training-task.js';
import { WorstExamples } from './worst-examples.js';

const MOST_IMAGES = 64;
/** Floats of images in one run: 64 of 128 pixels, fewer of larger ones. */
const MOST_FLOATS = MOST_IMAGES * CHANNELS * 128 * 128;

export interface Evaluation {
  readonly result: TaskResult;
  /** The worst first. */
  readonly examples: readonly ValidationExample[];
}

/** Measures an exported model on the validation images: the very file that a user downloads. */
export async function evaluateModel(model: Uint8Array, of: { readonly task: TrainingTask; readonly data: TrainingData; readonly threads: number }): Promise<Evaluation> {
  const { task, data, threads } = of;
  const metrics = task.metrics();
  const examples = new WorstExamples();
  const session = await openSession(model, threads);
  const batch = Math.max(1, Math.min(MOST_IMAGES, Math.floor(MOST_FLOATS / data.images.sampleBytes)));
  try {
    for (let at = 0; at < data.val.length; at += batch) {
      const samples = Array.from({ length: Math.min(batch, data.val.length - at) }, (_, index) => data.val.at(at + index));
      const outputs = await outputsOf(session, samples, data);
      samples.forEach((sample, index) => examples.add(sample.imageId, metrics.add(sample, outputs[index] ?? {})));
    }
  } finally {
    await session.release();
  }
  return { result: metrics.result(), examples: examples.worst() };
}

/** Of each image its outputs by name. */
async function outputsOf(session: InferenceSession, samples: readonly Sample[], data: TrainingData): Promise<Record<string, RawOutput>[]> {
  const { side } = data.images;
  const results = await session.run({ images: new Tensor('float32', plainImages(samples, data), [samples.length, CHANNELS, side, side]) });
  const of = (name: string, index: number): RawOutput => {
    const shape = (results[name]?.dims ?? []).slice(1);
    const size = shape.reduce((product, one) => product * one, 1);
    return { data: floatsOf(results, name).slice(index * size, (index + 1) * size), shape };
  };
  const outputs = samples.map((_, index) => Object.fromEntries(session.outputNames.map((name) => [name, of(name, index)])));
  for (const tensor of Object.values(results)) tensor.dispose();
  return outputs;
}

function plainImages(samples: readonly Sample[], { images }: TrainingData): Float32Array {
  const target = new Float32Array(samples.length * images.sampleBytes);
  const pixels = new Uint8Array(images.sampleBytes);
  samples.forEach((sample, index) => {
    images.read(sample.cacheIndex, pixels);
    writePlain(pixels, images.side, { target, offset: index * images.sampleBytes });
  });
  return target;
}
