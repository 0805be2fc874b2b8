import { readFile } from 'node:fs/promises';

/** Process id and start time of a process, `123 4567`: a pid alone is given to other programs later. Without /proc (macOS) the pid alone. */
export async function processIdentity(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in brackets and may hold anything; the 22nd is the start time in clock ticks since boot (proc(5)).
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`.trim();
}

/** Whether the process that `identity` was taken of still runs. */
export async function isStillRunning(identity: string): Promise<boolean> {
  const pid = Number.parseInt(identity, 10);
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) && (await processIdentity(pid)) === identity.trim();
}

/** Whether there is a process of that id, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
