import { setPriority } from 'node:os';
import { inspectModel } from './inspect-model.js';
import { inspectMessageSchema, type InspectedMessage } from './inspection-messages.js';

/** The process that loads what somebody uploaded: what it does to the runtime ends this process only. Its parent kills it when it takes too long or too much. */
const NICENESS = 10;

setPriority(NICENESS);
process.once('message', (raw) => {
  const { path, adapter } = inspectMessageSchema.parse(raw);
  void inspectModel(path, adapter).then((findings) => {
    const message: InspectedMessage = { findings };
    process.send?.(message, undefined, undefined, () => process.exit(0));
  });
});
process.on('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);
