import { jobIdSchema } from '@app/contracts';
import { z } from 'zod';
import type { WorkerView } from '../../../application/queries/list-workers/list-workers.query.js';

const timestamp = z.iso.datetime();

const workerResponse = z.object({
  worker_id: z.string(),
  pool: z.string(),
  engines: z.array(z.string()),
  models: z.array(z.string()).describe('ids of the models that it can train'),
  threads: z.number().int().positive(),
  memory_bytes: z.number().int().positive(),
  version: z.string(),
  is_busy: z.boolean(),
  job_id: jobIdSchema.nullable().describe('null too where you may not see the dataset of the job'),
  first_seen_at: timestamp,
  last_seen_at: timestamp,
});

export const workerListResponse = z.object({ items: z.array(workerResponse) });
export type WorkerListResponse = z.infer<typeof workerListResponse>;

export function workersResponse(workers: readonly WorkerView[]): WorkerListResponse {
  return {
    items: workers.map((one) => ({
      worker_id: one.workerId,
      pool: one.pool,
      engines: [...one.engines],
      models: [...one.models],
      threads: one.threads,
      memory_bytes: one.memoryBytes,
      version: one.version,
      is_busy: one.isBusy,
      job_id: one.jobId,
      first_seen_at: one.firstSeenAt.toISOString(),
      last_seen_at: one.lastSeenAt.toISOString(),
    })),
  };
}
