import { describe, expect, it } from 'vitest';
import type { Job } from '../../../api/types.js';
import { queuesOf } from './queue-groups.js';

// Only what the order needs.
const job = (id: string, pool: string, position: number | null, reason: Job['waits_for'] = 'worker'): Job => ({ id, pool, queue_position: position, waits_for: reason, created_at: id }) as unknown as Job;

describe('the queues', () => {
  it('are one a pool, what is handed out first, then place by place', () => {
    const queues = queuesOf([job('a', 'gpu', 1), job('b', 'default', 2), job('c', 'default', null), job('d', 'default', 1), job('e', 'default', null, 'claim')]);
    expect(queues.map(({ pool, jobs }) => `${pool}: ${jobs.map((one) => one.id).join('')}`)).toEqual(['default: edbc', 'gpu: a']);
  });
});
