import { durableOf, WORK_DURABLE } from '@app/contracts';
import { JetStreamServer, NatsLink } from '@app/messaging';
import { S3ObjectStore, StoreMeter } from '@app/object-store';
import { NestLogger, type Logger, type ShutdownStep } from '@app/observability';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { composePredictDesk, composeWorker } from './compose-worker.js';
import type { TrainingConfig } from './config/training-config.js';
import { EngineProcess } from './engine/engine-process.js';
import { HealthChecks } from './health/health-checks.js';
import { HealthServer } from './health/health-server.js';
import type { PredictDesk } from './inference/predict-desk.js';
import { TrainingModule } from './training.module.js';
import { laneOfWorker } from './jobs/worker-offer.js';
import type { TrainingWorker } from './jobs/training-worker.js';

/** Stopping: the engine gets up to 5 s, the folder and the last report the rest. */
const STOP_WORKER_MILLISECONDS = 8_000;
const STOP_BUDGET_MILLISECONDS = 10_000;

/** The process's parts, and the order in which they end. */
export interface TrainingService {
  readonly healthPort: number;
  readonly shutdownSteps: readonly ShutdownStep[];
}

/** Starts the health port at once and the work as soon as the broker is there. */
export async function startTrainingService(config: TrainingConfig, logger: Logger): Promise<TrainingService> {
  const link = new NatsLink({ ...config.nats, name: `vision-training ${config.workerId}`, log: logger });
  const meter = new StoreMeter();
  const store = new S3ObjectStore({ ...config.store, meter });
  const health = new HealthServer(new HealthChecks({ isBrokerConnected: () => link.isConnected, pingStore: (signal) => store.ping(signal) }));
  const worker = await composeWorker({ config, link, store, meter, launch: () => new EngineProcess(), log: logger });
  const desk = await composePredictDesk({ config, store, log: logger });
  const healthPort = await health.listen(config.health);
  const app = await listen({ worker, desk }, link, { config, logger });
  return {
    healthPort,
    shutdownSteps: [
      { name: 'the running job', run: () => worker.stop(STOP_WORKER_MILLISECONDS), budgetMilliseconds: STOP_BUDGET_MILLISECONDS },
      { name: 'models in use', run: () => desk.close(), budgetMilliseconds: 3_000 },
      { name: 'the consumer', run: () => app.close(), budgetMilliseconds: 3_000 },
      { name: 'the broker', run: () => link.close(), budgetMilliseconds: 2_000 },
      { name: 'the store', run: () => store.close() },
      { name: 'the health port', run: () => health.close(), budgetMilliseconds: 1_000 },
    ],
  };
}

async function listen({ worker, desk }: { readonly worker: TrainingWorker; readonly desk: PredictDesk }, link: NatsLink, { config, logger }: { readonly config: TrainingConfig; readonly logger: Logger }): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(TrainingModule.with(worker, desk), {
    // The backend makes streams and consumers; this user's allow-list has no right to.
    strategy: new JetStreamServer({ link, app: 'training', managesTopology: false, durableNames: { [WORK_DURABLE]: durableOf(laneOfWorker(config)) }, drainBudgetMilliseconds: 2_000, log: logger }),
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.listen();
  return app;
}
