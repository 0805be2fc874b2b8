import type { Job } from '../../../api/types.js';

export interface PoolQueue {
  readonly pool: string;
  readonly jobs: readonly Job[];
}

/** A queue a pool, by name: first what a worker takes any moment, then place by place. */
export function queuesOf(jobs: readonly Job[]): readonly PoolQueue[] {
  const pools = [...new Set(jobs.map((job) => job.pool))].sort();
  return pools.map((pool) => ({ pool, jobs: jobs.filter((job) => job.pool === pool).sort((a, b) => placeOf(a) - placeOf(b) || a.created_at.localeCompare(b.created_at)) }));
}

const placeOf = ({ queue_position: position, waits_for: reason }: Job): number => position ?? (reason === 'claim' ? 0 : Infinity);
