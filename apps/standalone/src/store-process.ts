import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LocalServiceError } from '@app/local-services';

export interface StoreProcess {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts store-process.main.js and hands it its options over the channel, so that no key stands on a command line. */
// Its output goes to standard error: standard output is for our one line of JSON.
export async function startStoreProcess(options: Readonly<Record<string, unknown>>, onCrash: (sentence: string) => void): Promise<StoreProcess> {
  const child = fork(fileURLToPath(new URL('./store-process.main.js', import.meta.url)), [], { detached: true, stdio: ['ignore', 2, 2, 'ipc'] });
  const ended = once(child, 'exit');
  child.send(options);
  const [answer] = (await Promise.race([once(child, 'message'), ended.then(() => [{ error: 'it ended' }])])) as [{ endpoint?: string; error?: string }];
  if (answer.endpoint === undefined) throw new LocalServiceError(`The object store does not start: ${answer.error ?? 'unknown'}.`);
  let stopping = false;
  void ended.then(() => void (stopping || onCrash('The object store ended by itself.')));
  return {
    endpoint: answer.endpoint,
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
