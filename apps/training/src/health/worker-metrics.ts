import type { NatsLink } from '@app/messaging';
import type { Metrics } from '@app/observability';
import type { TrainingWorker } from '../jobs/training-worker.js';

/** What the parts of a worker count with. */
export type WorkerMetrics = Pick<Metrics, 'count' | 'set'>;

/** What is read when somebody asks. */
export function measureWorker(metrics: Pick<Metrics, 'sample'>, { worker, link }: { readonly worker: Pick<TrainingWorker, 'isBusy'>; readonly link: Pick<NatsLink, 'isConnected'> }): void {
  metrics.sample('worker', ['vision_training_busy', 'vision_broker_connected'], () =>
    Promise.resolve([
      { name: 'vision_training_busy', labels: {}, value: worker.isBusy ? 1 : 0 },
      { name: 'vision_broker_connected', labels: {}, value: link.isConnected ? 1 : 0 },
    ]),
  );
}
