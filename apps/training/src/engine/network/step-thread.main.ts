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

/** Copies, made once and filled anew in each step: onnxruntime reads no shared memory. */
const tensorsOf = (segments: readonly Segment[]): Record<string, RuntimeTensor> => Object.fromEntries(segments.map(({ name, size, shape }) => [name, { data: new Float32Array(size), shape }]));
const feeds = tensorsOf([...layout.parameters, ...layout.inputs]);

function fill(segments: readonly Segment[], from: Float32Array): void {
  for (const { name, offset, size } of segments) feeds[name]?.data.set(from.subarray(offset, offset + size));
}

async function step(): Promise<void> {
  fill(layout.parameters, parameters);
  for (const { inputs, outputs } of parts) {
    fill(layout.inputs, inputs);
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
