import { z } from 'zod';
import { jobIdSchema } from '../common.js';

/** A word of a lane: it becomes a part of a subject and of a consumer's name. */
const word = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, 40 at most');

/** A group of workers that jobs are sent to by name: machines with a GPU, those of a team. */
export const poolSchema = word;
export const DEFAULT_POOL = 'default';
const DEFAULT_ENGINE = 'onnx';

/** What a process asked of the store: its totals of each day, which only grow. Told once a minute; a repeat changes nothing. */
export const storeCountsSchema = z.object({
  /** Of the process, not of the worker: a new one counts from nothing. */
  process: z.uuid(),
  counts: z
    .array(
      z.object({
        day: z.iso.date(),
        /** `datasets/{id}` or `models/{id}`; empty: of none. */
        scope: z.string().max(200),
        operation: z.string().max(40),
        kind: z.enum(['sent', 'refused', 'minted', 'proven']),
        count: z.number().int().positive(),
      }),
    )
    .max(2_000),
});

/** Core NATS, every 10 s and when a job begins or ends, not kept: which worker is there and what it can do. No host names beyond its id. */
export const workerHelloV1 = {
  subject: 'vision.training.worker.hello.v1',
  data: z.object({
    worker_id: z.string().min(1).max(100),
    pool: poolSchema,
    engines: z.array(word).min(1).max(4),
    /** Ids of the models that it can train. */
    models: z.array(z.string().min(1).max(60)).max(200),
    threads: z.number().int().positive(),
    memory_bytes: z.number().int().positive(),
    version: z.string().max(100),
    /** The job in hand; null: free. */
    job_id: jobIdSchema.nullable(),
    /** The last word of one that stops: it counts no more. */
    is_leaving: z.boolean().default(false),
    store_counts: storeCountsSchema.optional(),
  }),
  summary: 'A worker is there: its pool, engines, models and what it works on.',
} as const;
export type WorkerHelloV1 = z.infer<typeof workerHelloV1.data>;

/** The lane that workers with these engines of a pool take jobs from; null: the one without a name, for the default pool with the default engine. */
export function laneOf({ pool, engines }: Pick<WorkerHelloV1, 'pool' | 'engines'>): string | null {
  const name = `${pool}.${[...engines].sort().join('-')}`;
  return name === `${DEFAULT_POOL}.${DEFAULT_ENGINE}` ? null : name;
}

/** The lane of a pool of which no worker is known. */
export const expectedLaneOf = (pool: string): string | null => laneOf({ pool, engines: [DEFAULT_ENGINE] });

/** The durable consumer that all workers of a lane share. */
export const durableOf = (lane: string | null): string => (lane === null ? WORK_DURABLE : `${WORK_DURABLE}-${lane.replaceAll('.', '_')}`);
export const WORK_DURABLE = 'training-workers';
