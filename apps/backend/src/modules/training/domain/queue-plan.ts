import { fairOrder, offers, tally, type LivingWorker, type QueueReason, type QueueState, type WaitingJob } from './training-queue.js';

/** A job that is to begin, and the lane whose workers may claim it. */
export interface QueueChoice {
  readonly jobId: string;
  readonly lane: string | null;
}

/** Where jobs of a pool go of which no worker is known: a new one finds it there. */
export type ExpectedLane = (pool: string) => string | null;

/** What may begin now: in the fair order, within the limits, and no more than living workers are free for. */
export function choose(state: QueueState, expectedLane: ExpectedLane): QueueChoice[] {
  const room = new Room(state, expectedLane);
  const choices: QueueChoice[] = [];
  const taken = new Set<string>();
  for (const job of fairOrder(state.waiting, state.running, { ...state, counts: ({ id }) => taken.has(id) })) {
    if (room.isFull) break;
    const found = room.laneFor(job);
    if (typeof found === 'string') continue;
    room.take(job, found.lane);
    taken.add(job.id);
    choices.push({ jobId: job.id, lane: found.lane });
  }
  return choices;
}

export interface Standing {
  /** From 1, among the waiting jobs of its pool. */
  readonly position: number;
  readonly reason: QueueReason;
}

/** For each waiting job its place, and what is in its way: a limit that is reached, no worker that could, or none that is free. */
export function standings(state: QueueState, expectedLane: ExpectedLane): Map<string, Standing> {
  const room = new Room(state, expectedLane);
  const places = new Map<string, number>();
  const result = new Map<string, Standing>();
  for (const job of fairOrder(state.waiting, state.running, state)) {
    const position = (places.get(job.pool) ?? 0) + 1;
    places.set(job.pool, position);
    const found = room.laneFor(job);
    result.set(job.id, { position, reason: typeof found === 'string' ? found : 'worker' });
  }
  return result;
}

/** What is left of workers and limits. */
class Room {
  private readonly perUser: Map<string, number>;
  private readonly perDataset: Map<string, number>;
  private total: number;
  /** Handed out and not claimed, by lane: their messages wait for the workers that are free. */
  private readonly unclaimed: Map<string | null, number>;
  private readonly free: readonly LivingWorker[];

  constructor(
    private readonly state: QueueState,
    private readonly expectedLane: ExpectedLane,
  ) {
    this.perUser = tally(state.running.map((job) => job.userId));
    this.perDataset = tally(state.running.map((job) => job.datasetId));
    this.total = state.running.length;
    this.unclaimed = new Map();
    for (const job of state.running) if (job.workerId === null) this.countUnclaimed(job.lane);
    const holders = new Set(state.running.map((job) => job.workerId));
    this.free = state.workers.filter((worker) => !worker.isBusy && !holders.has(worker.workerId));
  }

  get isFull(): boolean {
    return this.isReached(this.state.limits.total, this.total);
  }

  take(job: WaitingJob, lane: string | null): void {
    this.total += 1;
    this.perUser.set(job.userId, (this.perUser.get(job.userId) ?? 0) + 1);
    this.perDataset.set(job.datasetId, (this.perDataset.get(job.datasetId) ?? 0) + 1);
    this.countUnclaimed(lane);
  }

  laneFor(job: WaitingJob): { readonly lane: string | null } | QueueReason {
    return this.reachedLimit(job) ?? this.openLane(job);
  }

  private reachedLimit({ userId, datasetId }: WaitingJob): QueueReason | null {
    const { limits } = this.state;
    if (this.isFull) return 'total-limit';
    if (this.isReached(limits.perUser, this.perUser.get(userId) ?? 0)) return 'user-limit';
    return this.isReached(limits.perDataset, this.perDataset.get(datasetId) ?? 0) ? 'dataset-limit' : null;
  }

  private openLane({ pool, model }: WaitingJob): { readonly lane: string | null } | QueueReason {
    const ofPool = this.state.workers.filter((worker) => worker.pool === pool);
    if (ofPool.length === 0) {
      const lane = this.expectedLane(pool);
      return (this.unclaimed.get(lane) ?? 0) === 0 ? { lane } : 'no-worker';
    }
    const offering = ofPool.filter((worker) => offers(worker, model));
    if (offering.length === 0) return 'no-worker';
    for (const lane of new Set(offering.map((worker) => worker.lane))) {
      const free = this.free.filter((worker) => worker.pool === pool && worker.lane === lane && offers(worker, model)).length;
      if (free > (this.unclaimed.get(lane) ?? 0)) return { lane };
    }
    return 'worker';
  }

  private countUnclaimed(lane: string | null): void {
    this.unclaimed.set(lane, (this.unclaimed.get(lane) ?? 0) + 1);
  }

  private isReached(limit: number | null, count: number): boolean {
    return limit !== null && count >= limit;
  }
}
