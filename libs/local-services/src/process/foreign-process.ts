import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalServiceError } from './local-service-error.js';
import { isAlive } from './process-identity.js';

/** A process left over by an earlier launcher, known by its pid file. */
export interface Leftover {
  readonly label: string;
  readonly pid: number;
  /** Asked before anything is done to it: a pid is reused by other programs. */
  readonly isOurs: () => Promise<boolean>;
  readonly stopSignal: NodeJS.Signals;
  /** How long it may take to end by itself, milliseconds. Default 8,000. */
  readonly budgetMilliseconds?: number;
}

/** The first number in a pid file, or null when there is none. */
export async function readPidFile(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** Ends the leftover if it is alive and ours: politely, after the budget by force. Answers whether there was one. */
export async function stopLeftover(leftover: Leftover): Promise<boolean> {
  if (!isAlive(leftover.pid) || !(await leftover.isOurs())) return false;
  process.kill(leftover.pid, leftover.stopSignal);
  if (await gone(leftover.pid, leftover.budgetMilliseconds ?? 8_000)) return true;
  process.kill(leftover.pid, 'SIGKILL');
  if (await gone(leftover.pid, 5_000)) return true;
  throw new LocalServiceError(`${leftover.label} of an earlier start (process ${leftover.pid}) does not end; end it and start again.`);
}

/** Whether every part stands in the command line of the process. */
export async function commandLineHas(pid: number, parts: readonly string[]): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  // Without /proc (macOS) the pid file in our own folder has to do.
  if (commandLine === null) return process.platform !== 'linux';
  return parts.every((part) => commandLine.includes(part));
}

async function gone(pid: number, budgetMilliseconds: number): Promise<boolean> {
  const end = Date.now() + budgetMilliseconds;
  while (Date.now() < end) {
    if (!isAlive(pid)) return true;
    await sleep(50);
  }
  return !isAlive(pid);
}
