import { readdir, readFile } from 'node:fs/promises';

/** Set in the environment of every process of one trainer, so that those are found that left its process group. */
export const MARK = 'VISION_ATTEMPT';

export interface TreeFacts {
  readonly processes: number;
  readonly residentBytes: number;
}

const SIGNAL_ROUNDS = 50;
const PAUSE_MILLISECONDS = 20;

/** The processes of one trainer: those that carry its mark, and their children. Linux only (/proc); elsewhere the process group is all there is. */
export class ProcessTree {
  constructor(
    private readonly token: string,
    /** Of the program, which leads the process group. */
    private readonly leader: () => number | null,
  ) {}

  async facts(): Promise<TreeFacts> {
    const pids = await this.pids();
    let residentBytes = 0;
    for (const pid of pids) residentBytes += await residentOf(pid);
    return { processes: pids.length, residentBytes };
  }

  signalGroup(signal: NodeJS.Signals): void {
    const leader = this.leader();
    if (leader !== null) send(-leader, signal);
  }

  /** None of them is left when it resolves, as far as they can be seen. Stops them all before it ends the first: what multiplies must not see it coming. */
  async end(): Promise<void> {
    const stopped = new Set<number>();
    for (let round = 0; round < SIGNAL_ROUNDS; round += 1) {
      const fresh = (await this.pids()).filter((pid) => !stopped.has(pid));
      if (fresh.length === 0) break;
      for (const pid of fresh) {
        stopped.add(pid);
        send(pid, 'SIGSTOP');
      }
    }
    this.signalGroup('SIGKILL');
    for (let round = 0; round < SIGNAL_ROUNDS; round += 1) {
      const left = await this.pids();
      if (left.length === 0) return;
      for (const pid of left) send(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }

  private async pids(): Promise<number[]> {
    const all = await readdir('/proc').catch(() => []);
    const parents = new Map<number, number>();
    const found = new Set<number>();
    for (const name of all) {
      const pid = Number(name);
      if (!Number.isSafeInteger(pid)) continue;
      const facts = await statOf(pid);
      if (facts === null) continue;
      parents.set(pid, facts.parent);
      if (facts.group === this.leader() || (await isMarked(pid, this.token))) found.add(pid);
    }
    addChildren(found, parents);
    return [...found];
  }
}

/** Those that wiped their environment and left the group, while their parent lives. */
function addChildren(found: Set<number>, parents: ReadonlyMap<number, number>): void {
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
}

/** Null: it is gone, or a zombie that its parent has not looked at. */
async function statOf(pid: number): Promise<{ readonly parent: number; readonly group: number } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name stands in brackets and may hold anything.
  const [state, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === undefined || state === 'Z' || state === 'X' || text === '' ? null : { parent: Number(parent), group: Number(group) };
}

async function isMarked(pid: number, token: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(`${MARK}=${token}`);
}

/** Memory that several processes share counts once in all. */
async function residentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
  const kibibytes = /^(?:Pss|VmRSS):\s+(\d+) kB/m.exec(text)?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}
