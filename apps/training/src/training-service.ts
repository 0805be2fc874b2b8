import { durableOf, WORK_DURABLE } from '@app/contracts';
import { JetStreamServer, NatsLink } from '@app/messaging';
import { S3ObjectStore, StoreMeter } from '@app/object-store';
import { countDelivery, Metrics, MetricsServer, NestLogger, stopTracing, type Logger, type ShutdownStep } from '@app/observability';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { composePredictDesk, composeWorker } from './compose-worker.js';
import type { TrainingConfig } from './config/training-config.js';
import { EngineProcess } from './engine/engine-process.js';
import { HealthChecks } from './health/health-checks.js';
import { HealthServer } from './health/health-server.js';
import type { PredictDesk } from './inference/predict-desk.js';
import { measureWorker } from './health/worker-metrics.js';
import { TrainingModule } from './training.module.js';
import { laneOfWorker } from './jobs/worker-offer.js';
import { STOP_BUDGETS } from './stop-budgets.js';
import type { TrainingWorker } from './jobs/training-worker.js';

/** Stopping: the engine gets up to 5 s, the folder and the last report the rest. */
const STOP_WORKER_MILLISECONDS = 8_000;

/** The process's parts, and the order in which they end. */
export interface TrainingService {
  readonly healthPort: number;
  readonly shutdownSteps: readonly ShutdownStep[];
}

/** Starts the health port at once and the work as soon as the broker is there. */
export async function startTrainingService(config: TrainingConfig, logger: Logger): Promise<TrainingService> {
  const link = new NatsLink({ ...config.nats, name: `vision-training ${config.workerId}`, log: logger });
  const metrics = new Metrics('training', { withProcess: config.metricsListen !== null });
  const meter = new StoreMeter(undefined, (sent, times) => metrics.count('vision_store_operations_total', sent, times));
  const store = new S3ObjectStore({ ...config.store, meter });
  const health = new HealthServer(new HealthChecks({ isBrokerConnected: () => link.isConnected, isBrokerLost: () => link.isLost, pingStore: (signal) => store.ping(signal) }));
  const metricsServer = new MetricsServer(metrics);
  const worker = await composeWorker({ config, link, store, meter, launch: () => new EngineProcess({ log: logger }), log: logger, metrics });
  measureWorker(metrics, { worker, link });
  const desk = await composePredictDesk({ config, store, log: logger });
  const healthPort = await health.listen(config.health);
  if (config.metricsListen !== null) await metricsServer.listen(config.metricsListen);
  const app = await listen({ worker, desk }, link, { config, logger, metrics });
  return {
    healthPort,
    shutdownSteps: [
      { name: 'the running job', run: () => worker.stop(STOP_WORKER_MILLISECONDS), budgetMilliseconds: STOP_BUDGETS.job },
      { name: 'models in use', run: () => desk.close(), budgetMilliseconds: STOP_BUDGETS.models },
      { name: 'the consumer', run: () => app.close(), budgetMilliseconds: STOP_BUDGETS.consumer },
      { name: 'the broker', run: () => link.close(), budgetMilliseconds: STOP_BUDGETS.broker },
      { name: 'the store', run: () => store.close(), budgetMilliseconds: STOP_BUDGETS.store },
      { name: 'the metrics port', run: () => metricsServer.close(), budgetMilliseconds: STOP_BUDGETS.metrics },
      { name: 'the traces', run: () => stopTracing(), budgetMilliseconds: STOP_BUDGETS.traces },
      { name: 'the health port', run: () => health.close(), budgetMilliseconds: STOP_BUDGETS.health },
    ],
  };
}

async function listen({ worker, desk }: { readonly worker: TrainingWorker; readonly desk: PredictDesk }, link: NatsLink, { config, logger, metrics }: { readonly config: TrainingConfig; readonly logger: Logger; readonly metrics: Metrics }): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(TrainingModule.with(worker, desk), {
    // The backend makes streams and consumers; this user's allow-list has no right to.
    strategy: new JetStreamServer({ link, app: 'training', managesTopology: false, durableNames: { [WORK_DURABLE]: durableOf(laneOfWorker(config)) }, drainBudgetMilliseconds: 2_000, onSettled: (delivery) => countDelivery(metrics, delivery), log: logger }),
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.listen();
  return app;
}
