import { PRIORITY_RANK, type JobPriority } from './job-priority.js';

/** A job that waits for a worker. */
export interface WaitingJob {
  readonly id: string;
  readonly userId: string;
  readonly datasetId: string;
  readonly priority: JobPriority;
  readonly pool: string;
  /** That a worker must offer; null: each can do it. */
  readonly model: string | null;
  readonly queuedAt: Date;
}

/** A job that a worker holds, or (`workerId: null`) that was handed out and is not claimed yet. */
export interface RunningJob {
  readonly userId: string;
  readonly datasetId: string;
  readonly pool: string;
  readonly lane: string | null;
  readonly workerId: string | null;
}

/** A worker that was heard of lately. */
export interface LivingWorker {
  readonly workerId: string;
  readonly pool: string;
  readonly lane: string | null;
  readonly models: readonly string[];
  /** By its own word; it may also hold a job that it has not spoken of yet. */
  readonly isBusy: boolean;
}

/** Whether a worker can do what a job needs. */
export const offers = (worker: Pick<LivingWorker, 'models'>, model: string | null): boolean => model === null || worker.models.includes(model);

/** Jobs that may run at the same time; null: no limit. */
export interface QueueLimits {
  readonly total: number | null;
  readonly perUser: number | null;
  readonly perDataset: number | null;
}

export interface QueueState {
  readonly waiting: readonly WaitingJob[];
  readonly running: readonly RunningJob[];
  readonly workers: readonly LivingWorker[];
  readonly limits: QueueLimits;
  readonly lastTurns: LastTurns;
  readonly now: Date;
}

/** Why a job that could begin does not. */
export type QueueReason = 'worker' | 'no-worker' | 'user-limit' | 'dataset-limit' | 'total-limit';

/** A job rises by one priority for each hour that it has waited: a stream of urgent ones keeps nobody waiting for ever. */
export const RISES_EVERY_MILLISECONDS = 3_600_000;

/** Whose turn it was when: users that are not in it have had none for long. */
export type LastTurns = ReadonlyMap<string, number>;

export interface FairOrderOptions {
  readonly now: Date;
  readonly lastTurns: LastTurns;
  /** Whether the job that was just told takes a turn of its user; default: each does. */
  readonly counts?: (job: WaitingJob) => boolean;
}

/**
 * The jobs in the order in which they would begin: the higher priority first; then whoever has the fewest jobs running or before in this order; then whose
 * last turn was longest ago; then the longest waiting. So that a user with twenty jobs keeps a user with one waiting for one job, not for twenty.
 */
export function* fairOrder(waiting: readonly WaitingJob[], running: readonly Pick<RunningJob, 'userId'>[], options: FairOrderOptions): Iterable<WaitingJob> {
  const turns = new Turns(tally(running.map((job) => job.userId)), options);
  for (const jobs of byRank(waiting, options.now)) {
    const lines = linesOf(jobs);
    while (lines.size > 0) {
      const next = turns.firstOf(lines);
      const line = lines.get(next.userId) ?? [];
      line.shift();
      if (line.length === 0) lines.delete(next.userId);
      yield next;
      if (options.counts?.(next) ?? true) turns.took(next.userId);
    }
  }
}

/** Highest first; within a rank the longest waiting first. */
function byRank(waiting: readonly WaitingJob[], now: Date): WaitingJob[][] {
  const ranks = new Map<number, WaitingJob[]>();
  const oldestFirst = [...waiting].sort((one, other) => one.queuedAt.getTime() - other.queuedAt.getTime() || (one.id < other.id ? -1 : 1));
  for (const job of oldestFirst) {
    const rank = Math.min(PRIORITY_RANK.high, PRIORITY_RANK[job.priority] + Math.floor((now.getTime() - job.queuedAt.getTime()) / RISES_EVERY_MILLISECONDS));
    const same = ranks.get(rank);
    if (same === undefined) ranks.set(rank, [job]);
    else same.push(job);
  }
  return [...ranks.entries()].sort(([one], [other]) => other - one).map(([, jobs]) => jobs);
}

function linesOf(jobs: readonly WaitingJob[]): Map<string, WaitingJob[]> {
  const lines = new Map<string, WaitingJob[]>();
  for (const job of jobs) {
    const line = lines.get(job.userId);
    if (line === undefined) lines.set(job.userId, [job]);
    else line.push(job);
  }
  return lines;
}

/** Who has had how much, and when last; goes on with what the order deals out. */
class Turns {
  private readonly last: Map<string, number>;
  private time: number;

  constructor(
    private readonly load: Map<string, number>,
    options: FairOrderOptions,
  ) {
    this.last = new Map(options.lastTurns);
    this.time = options.now.getTime();
  }

  took(userId: string): void {
    this.load.set(userId, (this.load.get(userId) ?? 0) + 1);
    this.last.set(userId, (this.time += 1));
  }

  firstOf(lines: ReadonlyMap<string, readonly WaitingJob[]>): WaitingJob {
    let best: WaitingJob | undefined;
    for (const [head] of lines.values()) {
      if (head !== undefined && (best === undefined || this.isBefore(head, best))) best = head;
    }
    if (best === undefined) throw new Error('a line has a head');
    return best;
  }

  private isBefore(one: WaitingJob, other: WaitingJob): boolean {
    const byLoad = (this.load.get(one.userId) ?? 0) - (this.load.get(other.userId) ?? 0);
    if (byLoad !== 0) return byLoad < 0;
    const byTurn = (this.last.get(one.userId) ?? 0) - (this.last.get(other.userId) ?? 0);
    return byTurn === 0 ? one.queuedAt.getTime() < other.queuedAt.getTime() : byTurn < 0;
  }
}

export function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
