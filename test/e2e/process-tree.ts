import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Product } from './harness.js';

/** Processes below `root` (itself included) whose command line contains the text. */
export function descendantsOf(root: number, text: string): number[] {
  const parents = new Map<number, number>();
  const commands = new Map<number, string>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      commands.set(Number(entry), readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
    } catch {
      // It ended while we looked.
    }
  }
  const isOurs = (pid: number): boolean => pid === root || (parents.has(pid) && pid > 1 && isOurs(parents.get(pid) ?? 0));
  return [...commands].filter(([pid, command]) => command.includes(text) && isOurs(pid)).map(([pid]) => pid);
}

/** Of a product under test. */
export const processesOf = (product: Product, text: string): number[] => descendantsOf(product.process.pid ?? 0, text);

/** Highest resident memory of a process so far, MB. */
export function highWaterOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
}

/** Begins anew to count the highest resident memory. */
export function forgetHighWater(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
