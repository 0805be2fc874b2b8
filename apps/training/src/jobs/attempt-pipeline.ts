import { writeFile } from 'node:fs/promises';
import { MODEL_CATALOGUE } from '@app/contracts';
import { inSpanOfTrace } from '@app/observability';
import type { ObjectStore } from '@app/object-store';
import { downloadCheckpoint } from '../checkpoints/checkpoint-download.js';
import { downloadFirst, earlierModelKeys } from '../checkpoints/final-model.js';
import type { ObjectUploader, StoredObject } from '../checkpoints/object-uploader.js';
import type { DatasetBuilder, PreparedDataset } from '../dataset-source/dataset-builder.js';
import type { ExternalTrainers } from '../external/external-trainers.js';
import type { WorkerMetrics } from '../health/worker-metrics.js';
import type { AttemptContext } from './attempt-context.js';
import { AttemptFailure } from './attempt-errors.js';
import type { LaunchEngine } from './engine-run.js';
import { EngineSession, type EngineSessionResult } from './engine-session.js';

export interface PipelineParts {
  readonly store: Pick<ObjectStore, 'get' | 'head'>;
  readonly datasets: DatasetBuilder;
  readonly uploader: ObjectUploader;
  readonly launch: LaunchEngine;
  /** The operator's own. */
  readonly external: ExternalTrainers;
  readonly workerId: string;
  readonly codeVersion: string;
  readonly metrics?: WorkerMetrics;
  /** Checkpoints that wait for the store, bytes. */
  readonly maxWaitingBytes: number;
}

export interface TrainedModel {
  readonly bestEpoch: number;
  readonly finalModel: StoredObject;
  /** What it says of validation images. */
  readonly examples?: StoredObject;
}

/** One attempt from the granted snapshot to the stored model, stage after stage. Every stage ends by the attempt's signal. */
export class AttemptPipeline {
  constructor(private readonly parts: PipelineParts) {}

  async run(context: AttemptContext): Promise<TrainedModel> {
    const found = this.parts.external.find(context.grant.model);
    if (found === null) return this.storeResult(context, await this.trainHere(context), 'onnx');
    const { run, split } = await found.runner.prepare(context, found.trainer);
    return this.storeResult(context, await new EngineSession(context, this.parts).follow(run, split), found.trainer.model_format);
  }

  private async trainHere(context: AttemptContext): Promise<EngineSessionResult> {
    const { model } = context.grant;
    if (!MODEL_CATALOGUE.some(({ id }) => id === model)) throw new AttemptFailure('no-trainer', `No trainer ${JSON.stringify(model)} is declared here.`, { retryable: true });
    const dataset = await this.prepareDataset(context);
    const resumeFile = await this.fetchCheckpoint(context);
    const initFile = await this.fetchFirstWeights(context);
    return new EngineSession(context, this.parts).run(dataset, { resumeFile, initFile });
  }

  private async prepareDataset(context: AttemptContext): Promise<PreparedDataset> {
    const { grant, progress } = context;
    context.log.info(`reading version ${grant.snapshot.version} of ${grant.dataset_id}, ${grant.snapshot.size_bytes} bytes`);
    const build = (): Promise<PreparedDataset> => this.parts.datasets.build({
      ...context,
      // Decoding keeps up with reading, so that both are one phase to the eye.
      onProgress: ({ bytes, images }) => progress.report({ phase: images === 0 ? 'downloading' : 'decoding', epoch: 0, fraction: bytes / grant.snapshot.size_bytes, imagesPerSecond: null }),
    });
    return inSpanOfTrace('read snapshot', { attributes: { 'vision.snapshot_version': grant.snapshot.version, 'vision.bytes': grant.snapshot.size_bytes } }, build);
  }

  private async fetchCheckpoint(context: AttemptContext): Promise<string | null> {
    const { resume_from: from } = context.grant;
    if (from === null) return null;
    await context.folder.assertRoom(from.size_bytes);
    const path = context.folder.file('resume.ckpt');
    await downloadCheckpoint(this.parts.store, { ...from, what: `the checkpoint of epoch ${from.epoch}` }, { path, ...context });
    context.log.info(`going on from the checkpoint of epoch ${from.epoch}`);
    return path;
  }

  /** Also where the training goes on from a checkpoint of its own: the first weights are part of its configuration. */
  private async fetchFirstWeights(context: AttemptContext): Promise<string | null> {
    const from = context.grant.init_from ?? null;
    if (from === null) return null;
    await context.folder.assertRoom(from.size_bytes);
    const path = context.folder.file('init.ckpt');
    await downloadCheckpoint(this.parts.store, { ...from, what: 'the model that the training begins with' }, { path, ...context });
    context.log.info('beginning with the weights of another model');
    return path;
  }

  private async storeResult(context: AttemptContext, trained: EngineSessionResult, format: string): Promise<TrainedModel> {
    const { grant, progress } = context;
    progress.report({ phase: 'uploading', epoch: trained.lastEpoch, fraction: 0, imagesPerSecond: null });
    const path = trained.models.get(trained.bestEpoch) ?? (await this.modelOfEarlierAttempt(context, trained.bestEpoch, format));
    const finalModel = await this.parts.uploader.upload(grant, { kind: 'final', epoch: trained.bestEpoch, path }, context);
    const metricsPath = context.folder.file('metrics.json');
    await writeFile(metricsPath, metricsDocument(context, trained), { mode: 0o600 });
    await this.parts.uploader.upload(grant, { kind: 'metrics', epoch: trained.lastEpoch, path: metricsPath }, context);
    if (trained.examples === null) return { bestEpoch: trained.bestEpoch, finalModel };
    const examples = await this.parts.uploader.upload(grant, { kind: 'examples', epoch: trained.bestEpoch, path: trained.examples }, context);
    return { bestEpoch: trained.bestEpoch, finalModel, examples };
  }

  private async modelOfEarlierAttempt(context: AttemptContext, epoch: number, format: string): Promise<string> {
    const path = context.folder.file(`earlier-best.${format}`);
    if (await downloadFirst(this.parts.store, earlierModelKeys(context.grant, epoch, format), { path, signal: context.signal })) return path;
    throw new AttemptFailure('best-model-missing', `The model of the best epoch (${epoch}), which an earlier attempt trained, is not in the store.`, { retryable: false });
  }
}

function metricsDocument({ grant, epochs }: AttemptContext, trained: EngineSessionResult): string {
  const document = {
    job_id: grant.job_id,
    attempt: grant.attempt,
    dataset_id: grant.dataset_id,
    snapshot: { version: grant.snapshot.version, sha256: grant.snapshot.sha256 },
    model: grant.model,
    hyperparameters: grant.hyperparameters,
    epochs,
    resumed_from_epoch: grant.resume_from?.epoch ?? 0,
    best_epoch: trained.bestEpoch,
    // Epochs before `resumed_from_epoch` belong to earlier attempts; the backend has them all.
    metrics: trained.metrics,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
