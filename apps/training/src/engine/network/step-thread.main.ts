import { parentPort, workerData } from 'node:worker_threads';
import { loadRuntimeNamed } from '../runtime/load-runtime.js';
import { floatsOf, type RuntimeTensor } from '../runtime/step-runtime.js';
import type { Segment } from './step-layout.js';
import type { StepThreadData } from './step-threads.js';

/** A thread that computes parts of batches; see ThreadedSteps. */
const port = parentPort;
if (port === null) throw new Error('this is the program of a thread');
// Written by ThreadedSteps of the same build.
const { model, runtime, threads, layout, parameters, parts } = workerData as StepThreadData;
const session = await (await loadRuntimeNamed(runtime)).open(model, threads);

/** A copy: onnxruntime reads no shared memory. */
const tensorOf = (from: Float32Array, { offset, size, shape }: Segment): RuntimeTensor => ({ data: Float32Array.from(from.subarray(offset, offset + size)), shape });

async function step(): Promise<void> {
  const feeds = Object.fromEntries(layout.parameters.map((one) => [one.name, tensorOf(parameters, one)]));
  for (const { inputs, outputs } of parts) {
    for (const one of layout.inputs) feeds[one.name] = tensorOf(inputs, one);
    const results = await session.run(feeds);
    for (const { name, offset } of layout.outputs) outputs.set(floatsOf(results, name), offset);
    results.dispose();
  }
}

port.on('message', (message: 'step' | 'end') => {
  if (message === 'end') {
    void session.release().finally(() => port.close());
    return;
  }
  step().then(
    () => port.postMessage('done'),
    // An unhandled rejection ends the thread, and the other side hears of it.
    (error: unknown) => queueMicrotask(() => { throw error; }),
  );
});
