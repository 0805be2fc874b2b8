import { OnnxEngine } from '../onnx-engine.js';
import { toChildSchema, type FromChild } from './child-messages.js';
import { runTraining } from './run-training.js';

/** The process that computes: a step holds the event loop for long, and a crash of native code ends this process only. */
const BEAT_MILLISECONDS = 5_000;
let stopping = false;
let told: Promise<unknown> = Promise.resolve();

/** Messages leave in order; `told` resolves when the last one has left. */
const tell = (message: FromChild): void => {
  told = new Promise((resolve) => process.send?.(message, undefined, undefined, resolve));
};

process.on('message', (raw) => {
  const message = toChildSchema.parse(raw);
  if (message.kind === 'stop') {
    stopping = true;
    return;
  }
  // The event loop turns between two steps; where it does not, the service is to notice.
  const beat = setInterval(() => tell({ kind: 'alive', residentBytes: process.memoryUsage.rss() }), BEAT_MILLISECONDS);
  runTraining(new OnnxEngine(), message, {
    tell,
    shouldStop: () => stopping,
  })
    .finally(() => clearInterval(beat))
    // A service that is busy has not read all yet: to disconnect now would throw the last word away.
    .then(() => told)
    .then(
      () => process.disconnect(),
      () => process.exit(1),
    );
});

// The service is gone: nobody wants the result.
process.on('disconnect', () => process.exit(0));
