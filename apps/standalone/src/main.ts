import { setTimeout as sleep } from 'node:timers/promises';
import { LocalServiceError } from '@app/local-services';
import { checkEnvironment, WrongEnvironment } from './config/standalone-environment.js';
import { parseOptions } from './options.js';
import { Launcher } from './launcher.js';

const ECHO_MILLISECONDS = 2_000;
/** sysexits.h EX_CONFIG: a restart does not help. */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env['INIT_CWD']);
  checkEnvironment(process.env);
  const launcher = new Launcher(options);
  let askedAt = 0;
  const onSignal = (): void => {
    // npm hands on the signal that the whole group got already: only a later one is a person who will not wait.
    if (askedAt !== 0 && Date.now() - askedAt > ECHO_MILLISECONDS) process.exit(130);
    askedAt ||= Date.now();
    void launcher.stop(0);
  };
  // A terminal or a pipe that was closed must not keep the parts from being stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  await launcher.start().catch(async (error: unknown) => {
    // A signal in the middle of the start: stop() is at work and ends the process.
    if (launcher.isStopping) return sleep(60_000);
    process.stderr.write(`${sentence(error)}\n`);
    return launcher.stop(1);
  });
}

/** One clear sentence for what we foresaw; the stack for what is a bug. */
function sentence(error: unknown): string {
  if (error instanceof LocalServiceError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 'The disk is full; make room and start again.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error: unknown) => {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(error instanceof WrongEnvironment ? EXIT_CONFIG : 1);
});
