import { OnnxEngine } from '../onnx-engine.js';
import { toChildSchema, type FromChild } from './child-messages.js';
import { runTraining } from './run-training.js';

/** The process that computes: a step holds the event loop for long, and a crash of native code ends this process only. */
let stopping = false;

const tell = (message: FromChild): void => {
  process.send?.(message);
};

process.on('message', (raw) => {
  const message = toChildSchema.parse(raw);
  if (message.kind === 'stop') {
    stopping = true;
    return;
  }
  runTraining(new OnnxEngine(), message, {
    tell,
    shouldStop: () => stopping,
  }).then(
    () => process.disconnect(),
    () => process.exit(1),
  );
});

// The service is gone: nobody wants the result.
process.on('disconnect', () => process.exit(0));
