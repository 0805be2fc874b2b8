import { DEFAULT_POOL, offerNeeded } from '@app/contracts';
import { Clock, newId, type Finding } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { unmetConditions, warningsOf } from '../../../domain/start-conditions.js';
import { TrainingJob, type Hyperparameters, type JobWarning } from '../../../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingJobNotFound, TrainingRefused } from '../../../domain/training.errors.js';
import { chooseModel, completeHyperparameters } from '../../hyperparameters.js';
import { JobReadModel, type JobView } from '../../ports/job-read-model.port.js';
import { TrainableDatasets, type TrainableDataset } from '../../ports/trainable-datasets.port.js';
import { WorkerRegistry } from '../../ports/worker-registry.port.js';
import { TrainingSnapshots } from '../../ports/snapshots.port.js';
import type { InitialModel } from '../../../domain/inference-order.js';
import { InitialModels } from '../../initial-models.js';
import { TrainableModels } from '../../trainable-models.js';
import { StartTrainingCommand, type StartTrainingInput } from './start-training.command.js';

/** Jobs of one user that are not at an end. More would only wait, and hold the queue against the others. */
export const MAX_ACTIVE_JOBS_PER_USER = 20;

@CommandHandler(StartTrainingCommand)
export class StartTrainingHandler implements ICommandHandler<StartTrainingCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly datasets: TrainableDatasets,
    private readonly snapshots: TrainingSnapshots,
    private readonly readModel: JobReadModel,
    private readonly initial: InitialModels,
    private readonly workers: WorkerRegistry,
    private readonly models: TrainableModels,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, input }: StartTrainingCommand): Promise<JobView> {
    const id = newId();
    const pool = input.pool ?? DEFAULT_POOL;
    await this.unitOfWork.run(async () => {
      const dataset = await this.datasets.require(principal, input.datasetId, 'train');
      const findings: Finding[] = [...unmetConditions(dealtBy(input, dataset)), ...(await this.quotaFindings(principal)), ...(await this.versionFindings(dataset, input))];
      const choice = chosen(this.models, dataset, input);
      const start = await this.beginning(principal, dataset, input, choice.model);
      findings.push(...choice.findings, ...start.findings);
      if (findings.length > 0 || choice.model === null) throw new TrainingRefused(findings);
      await this.jobs.save(
        TrainingJob.request({
          id,
          datasetId: dataset.id,
          datasetName: dataset.name,
          requestedBy: principal.userId,
          model: choice.model,
          hyperparameters: choice.values,
          epochs: Number(choice.values['epochs']),
          requestedVersion: input.snapshotVersion ?? null,
          splitRule: input.splitRule ?? null,
          retryOf: null,
          resumeFrom: null,
          initFrom: start.model,
          warnings: [...warningsOf(dataset), ...(await this.workerWarnings(pool, offerNeeded(choice.model, choice.values)))],
          pool,
          priority: input.priority ?? 'normal',
          now: this.clock.now(),
        }),
      );
    });
    const view = await this.readModel.find(id);
    if (view === null) throw new TrainingJobNotFound();
    return view;
  }

  /** A model of another dataset may be taken as well, by who may see it. */
  private async beginning(principal: Principal, dataset: TrainableDataset, { initFromModel }: StartTrainingInput, architecture: string | null): Promise<Beginning> {
    if (initFromModel === undefined) return { model: null, findings: [] };
    const known = await this.initial.find(initFromModel);
    const visible = known === null ? null : await this.datasets.visibleIds(principal);
    if (known === null || (visible !== null && !visible.includes(known.datasetId))) return refusedBeginning('not-found', 'There is no such model, or you may not see it.');
    if (known.taskType !== dataset.taskType) return refusedBeginning('task-mismatch', `The model is of another task (${known.taskType.replaceAll('_', ' ')}).`);
    if (architecture !== null && known.architecture !== architecture) return refusedBeginning('model-does-not-fit', `The model was not trained as ${architecture}: its weights do not fit.`);
    const { modelId, key, sizeBytes, sha256 } = known;
    return { model: { modelId, key, sizeBytes, sha256 }, findings: [] };
  }

  /** It waits until one comes. */
  private async workerWarnings(pool: string, model: string): Promise<JobWarning[]> {
    if ((await this.workers.living()).some((worker) => worker.pool === pool && worker.models.includes(model))) return [];
    return [{ code: 'no-worker-offers-model', message: `No training worker of the pool ${pool} that is there now offers the model ${model}; the job waits for one.` }];
  }

  private async quotaFindings(principal: Principal): Promise<Finding[]> {
    if ((await this.jobs.countActiveOf(principal.userId)) < MAX_ACTIVE_JOBS_PER_USER) return [];
    return [{ code: 'quota-exceeded', message: `You have ${MAX_ACTIVE_JOBS_PER_USER} jobs that are not finished.`, hint: 'Cancel one, or wait until one ends.' }];
  }

  private async versionFindings(dataset: TrainableDataset, input: StartTrainingInput): Promise<Finding[]> {
    if (input.snapshotVersion === undefined || (await this.snapshots.exists(dataset.id, input.snapshotVersion))) return [];
    return [{ code: 'not-found', pointer: '/snapshot_version', message: 'The dataset has no version of this number.' }];
  }
}

interface Beginning {
  readonly model: InitialModel | null;
  readonly findings: readonly Finding[];
}

function refusedBeginning(code: string, message: string): Beginning {
  return { model: null, findings: [{ code, pointer: '/init_from_model', message }] };
}

function chosen({ all }: TrainableModels, dataset: TrainableDataset, input: StartTrainingInput): { model: string | null; values: Hyperparameters; findings: readonly Finding[] } {
  const choice = chooseModel(all, dataset.taskType, input.model);
  if (!choice.ok) return { model: null, values: {}, findings: choice.findings };
  const values = completeHyperparameters(choice.model, input.hyperparameters ?? {});
  return values.ok ? { model: choice.model.id, values: values.values, findings: [] } : { model: null, values: {}, findings: values.findings };
}

/** A rule of the job's own deals all that the dataset has not set aside to test with. */
function dealtBy({ splitRule }: StartTrainingInput, dataset: TrainableDataset): TrainableDataset {
  const { train, val, unassigned } = dataset.labeled;
  return splitRule === undefined ? dataset : { ...dataset, labeled: { train: 0, val: 0, unassigned: train + val + unassigned } };
}
