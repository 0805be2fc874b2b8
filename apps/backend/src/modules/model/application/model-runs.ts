import type { TrainingPredictedV1 } from '@app/contracts';
import { Clock, newId } from '@app/kernel';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { DatasetAccess } from '../../dataset/index.js';
import { CompleteSnapshots, type SnapshotIdentity } from '../../snapshot/index.js';
import { InferenceJobs, JobEnds, JobReadModel, type JobEndListener, type JobView, type TrainingJobState } from '../../training/index.js';
import type { Model } from '../domain/model.js';
import { ModelConflict, ModelNotFound, ModelRefused } from '../domain/model.errors.js';
import type { ModelRun, RunFilter, RunKind, Side } from '../domain/model-run.js';
import { ModelAccess } from './model-access.js';
import { ModelRegistry } from './model-registry.js';
import { RunStore, type RunListFilter } from './ports/run-store.port.js';

/** A run with the job that does it; null: that was removed. */
export interface RunView {
  readonly run: ModelRun;
  readonly job: JobView | null;
}

/** Uses of models on many images: asked for here, done by workers, shown with how far they are. */
@Injectable()
export class ModelRuns implements OnModuleInit, JobEndListener {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunStore,
    private readonly registry: ModelRegistry,
    private readonly access: ModelAccess,
    private readonly datasets: DatasetAccess,
    private readonly snapshots: CompleteSnapshots,
    private readonly jobs: JobReadModel,
    private readonly inference: InferenceJobs,
    private readonly ends: JobEnds,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.ends.register(this);
  }

  /** Measures a model on a version; left out: the newest. Throws `validation-failed`, `state-conflict`. */
  async evaluate(principal: Principal, modelId: string, input: { readonly version?: number | undefined; readonly side: Side }): Promise<RunView> {
    const model = await this.access.model(principal, modelId, 'train');
    const version = await this.snapshots.identity(model.datasetId, input.version);
    if (version === null) {
      throw new ModelRefused('The model cannot be measured.', [{ code: 'not-found', pointer: '/version', message: input.version === undefined ? 'The dataset has no version yet: make one first.' : 'The dataset has no version of this number.' }]);
    }
    return this.begin(principal, model, { kind: 'evaluation', version, side: input.side, filter: null, minScore: 0 });
  }

  /** Lets a model propose labels. Throws `validation-failed` where no image fits. */
  async prelabel(principal: Principal, modelId: string, input: { readonly filter: RunFilter; readonly minScore: number }): Promise<RunView> {
    const model = await this.access.model(principal, modelId, 'train');
    if ((await this.runs.countImages(model.datasetId, input.filter, model.id)) === 0) {
      throw new ModelRefused('There is nothing to look at.', [{ code: 'no-image', pointer: '/filter', message: 'No image fits the filter.' }]);
    }
    return this.begin(principal, model, { kind: 'prelabel', version: null, side: null, filter: input.filter, minScore: input.minScore });
  }

  async get(principal: Principal, at: { readonly datasetId: string; readonly runId: string }): Promise<RunView> {
    return this.view(await this.access.run(principal, at, 'read'));
  }

  async list(principal: Principal, datasetId: string, filter: RunListFilter): Promise<readonly RunView[]> {
    await this.access.dataset(principal, datasetId, 'read');
    return Promise.all((await this.runs.list(datasetId, filter)).map((run) => this.view(run)));
  }

  /** Makes what the run proposes, at this score or above, labels of images that nobody labeled. */
  async accept(principal: Principal, at: { readonly datasetId: string; readonly runId: string }, minScore: number): Promise<RunView> {
    await this.access.run(principal, at, 'review');
    return this.ask(principal, at.runId, { stage: 'accepting', minScore });
  }

  /** Takes the run back as one. A repeat changes nothing. */
  async undo(principal: Principal, at: { readonly datasetId: string; readonly runId: string }): Promise<RunView> {
    const run = await this.access.run(principal, at, 'review');
    return run.stage === 'undone' || run.stage === 'undoing' ? this.view(run) : this.ask(principal, at.runId, { stage: 'undoing', minScore: 0 });
  }

  async trained(_job: Readonly<TrainingJobState>): Promise<void> {
    // The registry's affair.
  }

  async predicted(job: Readonly<TrainingJobState>, said: TrainingPredictedV1): Promise<void> {
    const { key, size_bytes: sizeBytes, sha256 } = said.predictions;
    const facts = { predictions: { key, sizeBytes, sha256 }, failedImages: said.failed_images, progress: 0 };
    if (job.kind === 'prelabel') return void (await this.runs.moveOn(job.id, 'working', { stage: 'storing', ...facts }));
    const [metrics = null] = await this.jobs.metrics(job.id);
    await this.runs.moveOn(job.id, 'working', { stage: 'done', ...facts, progress: said.images, metrics, finishedAt: this.clock.now() });
  }

  private async begin(
    principal: Principal,
    model: Model,
    what: { readonly kind: RunKind; readonly version: SnapshotIdentity | null; readonly side: Side | null; readonly filter: RunFilter | null; readonly minScore: number },
  ): Promise<RunView> {
    const usable = await this.registry.usable(model);
    const { name } = await this.datasets.require(principal, model.datasetId, 'train');
    const id = newId();
    const { kind, version, side, filter, minScore } = what;
    const { object, adapter } = usable;
    await this.unitOfWork.run(async () => {
      await this.inference.request({
        ...{ id, kind, datasetId: model.datasetId, datasetName: name, requestedBy: principal.userId },
        snapshot: version === null ? null : { id: version.id, version: version.version },
        inference: { model: { id: model.id, name: model.name, object: { key: object.key, sizeBytes: object.size_bytes, sha256: object.sha256 }, adapter }, minScore, images: null },
      });
      await this.runs.insert({ id, kind, datasetId: model.datasetId, modelId: model.id, snapshotVersion: version?.version ?? null, side, filter, minScore, createdBy: principal.userId });
    });
    return this.fresh(id);
  }

  private async ask(principal: Principal, runId: string, what: { readonly stage: 'accepting' | 'undoing'; readonly minScore: number }): Promise<RunView> {
    const request = { userId: principal.userId, minScore: what.minScore };
    const isTaken = await this.unitOfWork.run(async () => {
      const run = await this.runs.findForUpdate(runId);
      if (run === null) throw new ModelNotFound();
      if (run.kind !== 'prelabel') throw new ModelConflict('An evaluation proposes nothing.');
      return this.runs.moveOn(runId, 'done', { stage: what.stage, request, progress: 0, failure: null });
    });
    if (!isTaken) throw new ModelConflict('The run is not finished, or it was taken back.');
    return this.fresh(runId);
  }

  private async fresh(id: string): Promise<RunView> {
    const run = await this.runs.find(id);
    if (run === null) throw new ModelNotFound();
    return this.view(run);
  }

  private async view(run: ModelRun): Promise<RunView> {
    return { run, job: await this.jobs.find(run.id) };
  }
}
