import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fromChildSchema, type FromChild, type StartMessage, type ToChild } from './child/child-messages.js';

/** Between asking to stop, SIGTERM and SIGKILL. A step takes far below a second. */
const GRACE_MILLISECONDS = 2_000;

/** A training in a process of its own. */
export class EngineProcess {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(entry: string = fileURLToPath(new URL('./child/engine-child.main.js', import.meta.url))) {
    // No secret goes along: the child needs none.
    this.child = fork(entry, [], { env: { PATH: process.env['PATH'] }, execArgv: ['--max-old-space-size=2048'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.exited = once(this.child, 'exit');
    this.exited.catch(() => undefined);
  }

  /** Starts and hands on what the child tells, in order. Resolves with its last word; a child that ends without one has failed. */
  async run(start: StartMessage, onMessage: (message: FromChild) => Promise<void>): Promise<FromChild> {
    let last: FromChild = { kind: 'failed', code: 'engine-crashed', detail: 'The process that trains ended by itself.' };
    let handling: Promise<void> = Promise.resolve();
    let failure: unknown = null;
    this.child.on('message', (raw) => {
      const message = fromChildSchema.parse(raw);
      if (message.kind === 'done' || message.kind === 'stopped' || message.kind === 'failed') last = message;
      else handling = handling.then(() => onMessage(message)).catch((error: unknown) => {
        failure ??= error;
        void this.stop();
      });
    });
    this.send(start);
    await this.exited;
    await handling;
    if (failure !== null) throw failure;
    return last;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (this.child.connected) this.send({ kind: 'stop' });
    const timers = [setTimeout(() => this.child.kill('SIGTERM'), GRACE_MILLISECONDS), setTimeout(() => this.child.kill('SIGKILL'), 2 * GRACE_MILLISECONDS)];
    await this.exited;
    timers.forEach(clearTimeout);
  }

  private send(message: ToChild): void {
    this.child.send(message);
  }
}
