import { readdirSync, readFileSync } from 'node:fs';

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
