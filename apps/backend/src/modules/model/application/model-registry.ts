import { modelAdapterSchema, type TrainingPredictedV1, type UsableModel } from '@app/contracts';
import { newId } from '@app/kernel';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { CompleteSnapshots } from '../../snapshot/index.js';
import { InferenceJobs, InitialModels, JobEnds, JobReadModel, type JobEndListener, type JobView, type KnownModel, type ModelSource, type TrainingJobState } from '../../training/index.js';
import type { Model } from '../domain/model.js';
import { ModelConflict, ModelNotFound } from '../domain/model.errors.js';
import { adapterOf } from './adapter-reading.js';
import { ModelAccess } from './model-access.js';
import { ModelFiles, type SignedUrl } from './ports/model-files.port.js';
import { ModelStore, type ModelChange, type ModelFilter } from './ports/model-store.port.js';

/** A model with what it comes from, as far as that is still there. */
export interface TracedModel {
  readonly model: Model;
  readonly job: JobView | null;
}

/** Models by dataset: one of each completed training, and those that were uploaded. */
@Injectable()
export class ModelRegistry implements OnModuleInit, JobEndListener, ModelSource {
  private readonly logger = new Logger(ModelRegistry.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: ModelStore,
    private readonly files: ModelFiles,
    private readonly access: ModelAccess,
    private readonly jobs: JobReadModel,
    private readonly inference: InferenceJobs,
    private readonly snapshots: CompleteSnapshots,
    private readonly ends: JobEnds,
    private readonly initial: InitialModels,
  ) {}

  onModuleInit(): void {
    this.ends.register(this);
    this.initial.register(this);
  }

  async list(principal: Principal, datasetId: string, filter: ModelFilter): Promise<readonly Model[]> {
    await this.access.dataset(principal, datasetId, 'read');
    return this.models.list(datasetId, filter);
  }

  async get(principal: Principal, id: string): Promise<TracedModel> {
    const model = await this.described(await this.access.model(principal, id, 'read'));
    return { model, job: model.origin === null ? null : await this.jobs.find(model.origin.jobId) };
  }

  async download(principal: Principal, id: string): Promise<SignedUrl> {
    const model = await this.access.model(principal, id, 'read');
    return this.files.presignGet(model.object.key, `${model.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}.onnx`);
  }

  /** Throws `validation-failed` for a model of production whose use is not known. */
  async change(principal: Principal, id: string, change: ModelChange): Promise<TracedModel> {
    const { datasetId } = await this.described(await this.access.model(principal, id, 'train'));
    await this.unitOfWork.run(async () => {
      // First of all: two that are promoted at a time wait for each other here.
      if (change.stage === 'production') await this.models.clearProduction(datasetId);
      const model = await this.models.findForUpdate(id);
      if (model === null) throw new ModelNotFound();
      if (change.stage === 'production' && model.adapter === null) throw new ModelConflict('The file of this model does not say how it is used: it cannot go into production.');
      await this.models.change(id, change);
    });
    return this.get(principal, id);
  }

  /** Throws `state-conflict` for a model that is in production or that a job uses. */
  async remove(principal: Principal, id: string): Promise<void> {
    await this.access.model(principal, id, 'train');
    await this.unitOfWork.run(async () => {
      const model = await this.models.findForUpdate(id);
      if (model === null) throw new ModelNotFound();
      if (model.stage === 'production') throw new ModelConflict('The model is in production. Promote another one, or archive this one, first.');
      const users = await this.models.usersOf(id);
      if (users.length > 0) throw new ModelConflict('A job uses this model.', { job_ids: users });
      await this.models.remove(id);
      if (model.origin !== null) await this.inference.forgetModel(model.origin.jobId);
      // Its runs end with it: what they said is no use without the model. A store that is away keeps an object that fsck names.
      this.unitOfWork.afterCommit(() => void this.files.remove([model.object.key]).catch(() => undefined));
    });
  }

  /** All that a worker needs. Throws `state-conflict` for one whose use is not known. */
  async usable(model: Model): Promise<UsableModel> {
    const described = await this.described(model);
    if (described.adapter === null) throw new ModelConflict('The file of this model does not say how it is used.');
    const { key, sizeBytes, sha256 } = described.object;
    return { id: model.id, name: model.name, object: { key, size_bytes: sizeBytes, sha256 }, adapter: modelAdapterSchema.parse(described.adapter) };
  }

  /** Looks into the file of a model that was trained here, once. */
  private async described(model: Model): Promise<Model> {
    if (model.adapter !== null || model.source !== 'training') return model;
    const metadata = await this.files.metadata(model.object);
    const adapter = metadata === null ? null : adapterOf(metadata);
    if (adapter === null) return model;
    await this.models.describe(model.id, adapter);
    return { ...model, adapter };
  }

  async trained(job: Readonly<TrainingJobState>): Promise<void> {
    if (job.finalModel === null) return;
    const [metrics, snapshot, count] = [await this.jobs.metrics(job.id), job.snapshot === null ? null : await this.snapshots.identity(job.datasetId, job.snapshot.version), await this.models.count(job.datasetId)];
    const id = newId();
    await this.models.insert({
      ...{ id, datasetId: job.datasetId, name: `${job.model} #${count + 1}`, source: 'training', taskType: '', stage: 'candidate', notes: '', adapter: null, object: job.finalModel, createdBy: job.requestedBy },
      metrics: metrics.find((one) => one.epoch === job.bestEpoch) ?? null,
      origin: {
        ...{ jobId: job.id, architecture: job.model, hyperparameters: job.hyperparameters, codeVersion: job.codeVersion, initFrom: job.initFrom?.modelId ?? null, bestEpoch: job.bestEpoch },
        ...{ snapshotVersion: job.snapshot?.version ?? null, snapshotHash: snapshot?.contentHash ?? null },
      },
    });
    this.unitOfWork.afterCommit(() => void this.describeSoon(id));
  }

  async predicted(_job: Readonly<TrainingJobState>, _said: TrainingPredictedV1): Promise<void> {
    // A run's own affair.
  }

  /** Weights are in the checkpoint of the best epoch, which every policy keeps; the ONNX file has lost what it takes to go on. */
  async find(modelId: string): Promise<KnownModel | null> {
    const model = await this.models.find(modelId);
    if (model === null) return null;
    const { id, datasetId, taskType, origin } = model;
    const checkpoints = origin === null ? [] : await this.jobs.checkpoints(origin.jobId);
    // A retried training may have its best epoch with the job before it.
    const states = checkpoints.filter((one) => one.kind === 'state');
    const state = states.find((one) => one.epoch === origin?.bestEpoch) ?? states.at(-1);
    const known = { modelId: id, datasetId, taskType };
    if (state === undefined) return { ...known, architecture: null, ...model.object };
    return { ...known, architecture: origin?.architecture ?? null, key: state.key, sizeBytes: state.sizeBytes, sha256: state.sha256 };
  }

  private async describeSoon(id: string): Promise<void> {
    try {
      const model = await this.models.find(id);
      if (model !== null) await this.described(model);
    } catch (error) {
      this.logger.warn(`what model ${id} is used for will be looked up when somebody asks: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
