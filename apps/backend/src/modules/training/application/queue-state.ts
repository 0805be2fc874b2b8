import { Clock } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { LivingWorker, QueueState } from '../domain/training-queue.js';
import { QueueReader } from './ports/queue-reader.port.js';
import { WorkerRegistry, type KnownWorker } from './ports/worker-registry.port.js';
import { TrainingSettings } from './training-settings.js';

/** Gathers what the decisions about the queue are made from. */
@Injectable()
export class QueueStateReader {
  constructor(
    private readonly queue: QueueReader,
    private readonly workers: WorkerRegistry,
    private readonly settings: TrainingSettings,
    private readonly clock: Clock,
  ) {}

  async read(): Promise<QueueState> {
    const waiting = await this.queue.waiting();
    const running = await this.queue.running();
    const lastTurns = new Map((await this.queue.lastTurns()).map((one) => [one.userId, one.at.getTime()]));
    const workers = (await this.workers.living()).map(livingWorker);
    return { waiting, running, workers, limits: this.settings.limits, lastTurns, now: this.clock.now() };
  }
}

function livingWorker({ workerId, pool, lane, models, jobId }: KnownWorker): LivingWorker {
  return { workerId, pool, lane, models, isBusy: jobId !== null };
}
