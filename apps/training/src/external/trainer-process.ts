import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild } from '../engine/child/child-messages.js';
import type { FollowedRun } from '../jobs/engine-run.js';
import { boundedLines } from './bounded-lines.js';
import { ProcessTree } from './child/process-tree.js';
import { supervisedSchema, type Supervise, type ToSupervisor } from './child/supervisor-messages.js';
import { MOST_LINE_BYTES, type TrainerExit, type TrainerOutput } from './trainer-output.js';
import type { TrainerLog } from './trainer-log.js';

export interface TrainerProcessParts {
  readonly order: Omit<Supervise, 'kind'>;
  readonly output: TrainerOutput;
  readonly log: TrainerLog;
  /** Said before the program starts. */
  readonly started: FromChild;
  /** Refuses when the files have outgrown their limit. */
  readonly assertRoom: () => Promise<void>;
  /** The supervisor's program. Default: the one beside this file. */
  readonly entry?: string;
}

const ROOM_CHECK_MILLISECONDS = 2_000;
/** Beyond the grace, for the supervisor's own work. */
const LATE_MILLISECONDS = 3_000;
const MOST_STDERR_BYTES = 64 * 1024;

/** A trainer as a program on this machine. */
export class TrainerProcess implements FollowedRun {
  private supervisor: ChildProcess | null = null;
  private exited: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly parts: TrainerProcessParts) {}

  async run(hear: (message: FromChild) => Promise<void>): Promise<FromChild> {
    const { parts } = this;
    await hear(parts.started);
    if (this.isStopped) return { kind: 'stopped' };
    const supervisor = this.begin();
    let failure: { readonly error: unknown } | null = null;
    const fail = (error: unknown): void => {
      failure ??= { error };
      void this.stop();
    };
    const roomCheck = setInterval(() => void parts.assertRoom().catch(fail), ROOM_CHECK_MILLISECONDS);
    try {
      const [, , exit] = await Promise.all([
        this.readLines(supervisor, async (line) => (failure === null ? parts.output.take(line, hear) : undefined)).catch(fail),
        this.readErrors(supervisor).catch(fail),
        exitOf(supervisor),
      ]);
      rethrow(failure);
      return this.isStopped ? { kind: 'stopped' } : parts.output.conclude(exit);
    } finally {
      clearInterval(roomCheck);
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.tell({ kind: 'stop' });
    // A supervisor that was itself stopped by what it supervises does not hear.
    const late = setTimeout(() => this.supervisor?.kill('SIGKILL'), this.parts.order.graceMilliseconds + LATE_MILLISECONDS);
    await this.exited;
    clearTimeout(late);
  }

  private begin(): ChildProcess {
    const { entry = fileURLToPath(new URL('./child/supervisor.main.js', import.meta.url)), order } = this.parts;
    // The service's environment ends here: the supervisor gets none of it, the trainer what its operator allows.
    const supervisor = fork(entry, [], { env: {}, execArgv: ['--max-old-space-size=256'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.supervisor = supervisor;
    this.exited = new Promise((resolve) => supervisor.once('close', resolve));
    // Whatever ended it: what it supervised holds the pipes, and must not live on.
    supervisor.once('exit', () => void new ProcessTree(order.token, () => null).end());
    this.tell({ kind: 'start', ...order });
    return supervisor;
  }

  private async readLines({ stdout }: ChildProcess, take: (line: string | null) => Promise<void>): Promise<void> {
    if (stdout === null) return;
    let failure: { readonly error: unknown } | null = null;
    // Read to its end whatever happens: a full pipe would keep the program from hearing that it is to end.
    for await (const line of boundedLines(stdout, MOST_LINE_BYTES)) {
      if (failure !== null) continue;
      await take(line).catch((error: unknown) => {
        failure = { error };
        void this.stop();
      });
    }
    rethrow(failure);
  }

  private async readErrors({ stderr }: ChildProcess): Promise<void> {
    if (stderr === null) return;
    for await (const line of boundedLines(stderr, MOST_STDERR_BYTES)) if (line !== null) this.parts.log.add(line);
  }

  private tell(message: ToSupervisor): void {
    if (this.supervisor?.connected === true) this.supervisor.send(message, () => undefined);
  }
}

function exitOf(supervisor: ChildProcess): Promise<TrainerExit> {
  return new Promise((resolve) => {
    let exit: TrainerExit = { code: null, signal: 'the end of its supervisor', verdict: null };
    supervisor.on('message', (raw) => {
      const told = supervisedSchema.safeParse(raw);
      if (told.success) exit = told.data;
    });
    // 'close': the pipes are read to their end as well.
    supervisor.once('close', () => resolve(exit));
    supervisor.on('error', () => undefined);
  });
}

function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}
