import { setPriority } from 'node:os';
import { InferenceCore } from './inference-core.js';
import { toChildSchema, type FromChild } from './inference-messages.js';

/** The process that uses a model: a hostile image or file ends this one only. Trainings go before it. */
const NICENESS = 10;
const BEAT_MILLISECONDS = 1_000;

const core = new InferenceCore();
let turn: Promise<void> = Promise.resolve();
const tell = (message: FromChild): void => void process.send?.(message, undefined, undefined, () => undefined);

setPriority(NICENESS);
setInterval(() => tell({ kind: 'alive', residentBytes: process.memoryUsage.rss() }), BEAT_MILLISECONDS);
process.on('message', (raw) => {
  const message = toChildSchema.parse(raw);
  if (message.kind === 'stop') process.exit(0);
  turn = turn.then(async () => {
    const answer = await core.answer(message);
    if (answer !== null) tell(answer);
  });
});
// The service is gone: nobody wants the result.
process.on('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);
