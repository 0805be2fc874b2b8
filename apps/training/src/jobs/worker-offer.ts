import { availableParallelism, totalmem } from 'node:os';
import { ENGINE_NAMES, laneOf, MODEL_CATALOGUE, offerOfModel, type WorkerHelloV1 } from '@app/contracts';
import type { TrainingConfig } from '../config/training-config.js';

/** What a worker can do; the same from its start to its end. */
export type WorkerOffer = Omit<WorkerHelloV1, 'job_id' | 'is_leaving' | 'store_counts'>;

export function offerOf(config: Pick<TrainingConfig, 'workerId' | 'pool' | 'engine' | 'trainers'>, version: string): WorkerOffer {
  return {
    worker_id: config.workerId,
    pool: config.pool,
    engines: [config.engine],
    models: [...MODEL_CATALOGUE.flatMap(({ id }) => ENGINE_NAMES.map((engine) => offerOfModel(id, engine))), ...config.trainers.map(({ id }) => id)],
    threads: availableParallelism(),
    memory_bytes: process.constrainedMemory() > 0 ? Math.min(process.constrainedMemory(), totalmem()) : totalmem(),
    version,
  };
}

/** Where it takes jobs from. */
export const laneOfWorker = (config: Pick<TrainingConfig, 'pool' | 'engine'>): string | null => laneOf({ pool: config.pool, engines: [config.engine] });
