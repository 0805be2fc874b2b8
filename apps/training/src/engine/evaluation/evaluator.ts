import type { ValidationExample } from '@app/contracts';
import { writePlain } from '../data/augmentation.js';
import { CHANNELS } from '../data/image-decoder.js';
import type { TrainingData } from '../data/training-data.js';
import { floatsOf, type RuntimeSession, type StepRuntime } from '../runtime/step-runtime.js';
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
export async function evaluateModel(model: Uint8Array, of: { readonly task: TrainingTask; readonly data: TrainingData; readonly threads: number; readonly runtime: StepRuntime }): Promise<Evaluation> {
  const { task, data, threads, runtime } = of;
  const metrics = task.metrics();
  const examples = new WorstExamples();
  const session = await runtime.open(model, threads);
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
async function outputsOf(session: RuntimeSession, samples: readonly Sample[], data: TrainingData): Promise<Record<string, RawOutput>[]> {
  const { side } = data.images;
  const results = await session.run({ images: { data: plainImages(samples, data), shape: [samples.length, CHANNELS, side, side] } });
  const floats = new Map(session.outputNames.map((name) => [name, floatsOf(results, name)]));
  const shapes = new Map(session.outputNames.map((name) => [name, results.tensor(name)?.shape]));
  const of = (name: string, index: number): RawOutput => {
    const shape = (shapes.get(name) ?? []).slice(1);
    const size = shape.reduce((product, one) => product * one, 1);
    return { data: (floats.get(name) ?? new Float32Array()).slice(index * size, (index + 1) * size), shape };
  };
  const outputs = samples.map((_, index) => Object.fromEntries(session.outputNames.map((name) => [name, of(name, index)])));
  results.dispose();
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
