import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalServiceError } from './local-service-error.js';

/** A process left over by an earlier launcher, known by its pid file. */
export interface Leftover {
  readonly label: string;
  readonly pid: number;
  /** Every one must be a part of its command line: a pid is reused by other programs. */
  readonly commandLineHas: readonly string[];
  readonly stopSignal: NodeJS.Signals;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The first number in a pid file, or null when there is none. */
export async function readPidFile(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** Ends the leftover if it is alive and ours: politely, after 8 s by force. Answers whether there was one. */
export async function stopLeftover(leftover: Leftover): Promise<boolean> {
  if (!isAlive(leftover.pid) || !(await isOurs(leftover))) return false;
  process.kill(leftover.pid, leftover.stopSignal);
  if (await gone(leftover.pid, 8_000)) return true;
  process.kill(leftover.pid, 'SIGKILL');
  if (await gone(leftover.pid, 5_000)) return true;
  throw new LocalServiceError(`${leftover.label} of an earlier start (process ${leftover.pid}) does not end; end it and start again.`);
}

async function isOurs(leftover: Leftover): Promise<boolean> {
  const commandLine = await readFile(`/proc/${leftover.pid}/cmdline`, 'utf8').catch(() => null);
  // Without /proc (macOS) the pid file in our own folder has to do.
  if (commandLine === null) return process.platform !== 'linux';
  return leftover.commandLineHas.every((part) => commandLine.includes(part));
}

async function gone(pid: number, budgetMilliseconds: number): Promise<boolean> {
  const end = Date.now() + budgetMilliseconds;
  while (Date.now() < end) {
    if (!isAlive(pid)) return true;
    await sleep(50);
  }
  return !isAlive(pid);
}
