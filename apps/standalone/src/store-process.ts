import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LocalServiceError } from '@app/local-services';
import type { ProcessLog } from './process-log.js';

export interface StoreProcess {
  readonly endpoint: string;
  /** Ends when the process has, whoever ended it: the signal, or the exit code. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** Starts store-process.main.js and hands it its options over the channel, so that no key stands on a command line. */
export async function startStoreProcess(options: Readonly<Record<string, unknown>>, at: { readonly output: ProcessLog; readonly onSpawn: (pid: number) => void }): Promise<StoreProcess> {
  const child = fork(fileURLToPath(new URL('./store-process.main.js', import.meta.url)), [], { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  at.output.follow(child.stdout, child.stderr);
  if (child.pid !== undefined) at.onSpawn(child.pid);
  const exited = once(child, 'exit').then(([code, signal]: unknown[]) => String(signal ?? `code ${String(code)}`));
  child.send(options);
  const [answer] = (await Promise.race([once(child, 'message'), exited.then((how) => [{ error: `it ended (${how})` }])])) as [{ endpoint?: string; error?: string }];
  if (answer.endpoint === undefined) throw new LocalServiceError(`The object store does not start: ${answer.error ?? 'unknown'}.`);
  return {
    endpoint: answer.endpoint,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 6_000);
      await exited;
      clearTimeout(timer);
      at.output.close();
    },
  };
}
