import { Module, type DynamicModule } from '@nestjs/common';
import { PredictDesk } from './inference/predict-desk.js';
import { PredictResponder } from './inference/predict.responder.js';
import { DispatchedJobConsumer } from './jobs/dispatched-job.consumer.js';
import { TrainingWorker } from './jobs/training-worker.js';

/** The service as Nest sees it: a consumer and the worker that it hands jobs to. */
@Module({})
export class TrainingModule {
  /** Without a desk it takes jobs and answers no questions. */
  static with(worker: TrainingWorker, desk?: PredictDesk): DynamicModule {
    const jobs = { module: TrainingModule, controllers: [DispatchedJobConsumer], providers: [{ provide: TrainingWorker, useValue: worker }] };
    if (desk === undefined) return jobs;
    return { ...jobs, controllers: [...jobs.controllers, PredictResponder], providers: [...jobs.providers, { provide: PredictDesk, useValue: desk }] };
  }
}
