import { Module, type DynamicModule } from '@nestjs/common';
import { DispatchedJobConsumer } from './jobs/dispatched-job.consumer.js';
import { TrainingWorker } from './jobs/training-worker.js';

/** The service as Nest sees it: a consumer and the worker that it hands jobs to. */
@Module({})
export class TrainingModule {
  static with(worker: TrainingWorker): DynamicModule {
    return { module: TrainingModule, controllers: [DispatchedJobConsumer], providers: [{ provide: TrainingWorker, useValue: worker }] };
  }
}
