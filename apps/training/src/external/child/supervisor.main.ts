import { Supervisor } from './supervisor.js';
import { toSupervisorSchema } from './supervisor-messages.js';

/** Stands between the service and a trainer: where the service is killed, this process still ends the trainer and all that it started. */
const supervisor = new Supervisor((ended) => {
  process.send?.(ended, undefined, undefined, () => process.disconnect());
});

process.on('message', (raw) => {
  const message = toSupervisorSchema.parse(raw);
  if (message.kind === 'start') supervisor.start(message);
  else supervisor.stop();
});
// The service is gone, or it has heard all.
process.on('disconnect', () => void supervisor.end().then(() => process.exit(0)));
// A terminal's Ctrl-C is the service's to answer.
process.on('SIGINT', () => undefined);
