export { TrainingModule } from './training.module.js';
export { InferenceJobs } from './application/inference-jobs.js';
export { InitialModels, type KnownModel, type ModelSource } from './application/initial-models.js';
export { JobEnds, type JobEndListener } from './application/job-ends.js';
export { JobReadModel, type JobView } from './application/ports/job-read-model.port.js';
export type { TrainingJobState } from './domain/training-job.aggregate.js';
