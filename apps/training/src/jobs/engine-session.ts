import { trainingCheckpointedV1, trainingStartedV1, type EpochMetrics } from '@app/contracts';
import { failpoint } from '@app/kernel';
import { rm } from 'node:fs/promises';
import type { ObjectUploader } from '../checkpoints/object-uploader.js';
import { UploadQueue, type QueuedFile } from '../checkpoints/upload-queue.js';
import type { PreparedDataset } from '../dataset-source/dataset-builder.js';
import type { FromChild, OutputFile } from '../engine/child/child-messages.js';
import type { TrainingSpec } from '../engine/training-engine.js';
import { EnginePace } from '../health/engine-pace.js';
import type { WorkerMetrics } from '../health/worker-metrics.js';
import type { AttemptContext } from './attempt-context.js';
import { AttemptFailure } from './attempt-errors.js';
import type { FollowedRun, LaunchEngine } from './engine-run.js';
import { finiteMetrics, withinMessageSize } from './finite-metrics.js';

export interface EngineSessionParts {
  readonly launch: LaunchEngine;
  readonly uploader: ObjectUploader;
  readonly workerId: string;
  /** Of the program that trains; stands with the model. */
  readonly codeVersion: string;
  readonly maxWaitingBytes: number;
  readonly metrics?: WorkerMetrics;
}

export interface EngineSessionResult {
  readonly bestEpoch: number;
  readonly lastEpoch: number;
  /** Of the epochs of this attempt. */
  readonly metrics: readonly EpochMetrics[];
  /** Models of this attempt's epochs that still lie here: the best one so far and the last one. */
  readonly models: ReadonlyMap<number, string>;
  /** What the best model says of validation images; null where an earlier attempt trained it. */
  readonly examples: string | null;
}

/** Checkpoints to begin with. */
export interface StartFiles {
  /** Of this training: it goes on from it. */
  readonly resumeFile: string | null;
  /** Of another training: its weights are the first ones. */
  readonly initFile: string | null;
}

/** For checkpoints in hand when the engine has failed. */
const LAST_UPLOADS_MILLISECONDS = 10_000;

/** A crash of the process may be the machine's fault; what the engine itself says will be the same next time. */
const RETRYABLE_CODES: ReadonlySet<string> = new Set(['engine-crashed', 'unavailable']);

/** Runs the engine on a prepared dataset, reports what it tells, and uploads each epoch's files beside the next one. */
export class EngineSession {
  private readonly metrics: EpochMetrics[] = [];
  private readonly models = new Map<number, string>();
  private readonly uploads: UploadQueue;
  private best: { readonly epoch: number; readonly value: number } | null = null;
  private readonly broken = new AbortController();
  private readonly giveUp = new AbortController();

  constructor(
    private readonly context: AttemptContext,
    private readonly parts: EngineSessionParts,
  ) {
    this.uploads = new UploadQueue({ maxWaitingBytes: parts.maxWaitingBytes }, context.log, (error) => this.broken.abort(error));
  }

  async run({ spec, split }: PreparedDataset, from: StartFiles): Promise<EngineSessionResult> {
    const { context } = this;
    context.signal.throwIfAborted();
    const engine = this.parts.launch();
    const start = { kind: 'start' as const, spec: copyOf({ ...spec, initFile: from.initFile }), epochs: context.epochs, outputDirectory: context.folder.path, resumeFile: from.resumeFile };
    return this.follow({ run: (hear) => engine.run(start, hear), stop: () => engine.stop() }, split);
  }

  /** The same for a trainer that is no engine of ours and tells the same messages. */
  async follow(engine: FollowedRun, split: PreparedDataset['split']): Promise<EngineSessionResult> {
    const { context } = this;
    context.signal.throwIfAborted();
    const pace = new EnginePace(this.parts.metrics, split.train);
    const stop = (): void => void engine.stop();
    const either = AbortSignal.any([context.signal, this.broken.signal]);
    either.addEventListener('abort', stop, { once: true });
    try {
      const last = await engine.run((message) => {
        pace.hear(message);
        return this.hear(message, split);
      });
      either.throwIfAborted();
      const { bestEpoch, lastEpoch, examples, model } = ended(last, context.folder.path);
      await this.uploads.drain();
      if (model !== undefined) this.models.set(bestEpoch, model.path);
      return { bestEpoch, lastEpoch, examples: examples?.path ?? null, metrics: this.metrics, models: this.models };
    } finally {
      pace.end();
      either.removeEventListener('abort', stop);
      await engine.stop();
      await this.letUploadsEnd();
    }
  }

  /** After a failure: what lies in the store saves the next attempt an epoch, but nobody waits long for it. */
  private async letUploadsEnd(): Promise<void> {
    const timer = setTimeout(() => this.giveUp.abort(new Error('the attempt is over')), LAST_UPLOADS_MILLISECONDS);
    await this.uploads.drain().catch(() => undefined);
    clearTimeout(timer);
  }

  private async hear(message: FromChild, split: PreparedDataset['split']): Promise<void> {
    const { progress, journal, epochs } = this.context;
    switch (message.kind) {
      case 'started':
        if (message.notice !== undefined) this.context.log.warn(message.notice);
        journal.add({ definition: trainingStartedV1, data: { worker_id: this.parts.workerId, engine: message.engine, epochs, resumed_from_epoch: message.resumedFromEpoch, split, code_version: this.parts.codeVersion } });
        return;
      case 'step':
        progress.report({ phase: 'training', epoch: message.epoch, fraction: message.step / message.steps, imagesPerSecond: message.imagesPerSecond });
        return;
      case 'evaluating':
        progress.report({ phase: 'evaluating', epoch: message.epoch, fraction: 1, imagesPerSecond: null });
        return;
      case 'epoch':
        return this.epochDone(finiteMetrics(message.metrics), message);
      default:
        return;
    }
  }

  private async epochDone(metrics: EpochMetrics, { state, model }: { readonly state: OutputFile | null; readonly model: OutputFile | null }): Promise<void> {
    const { epoch } = metrics;
    this.metrics.push(metrics);
    this.context.log.info(summary(metrics, this.context.epochs));
    this.context.progress.epochDone(withinMessageSize(metrics));
    if (this.best === null || (metrics.primary_value ?? -1) > this.best.value) this.best = { epoch, value: metrics.primary_value ?? -1 };
    // The model first: an attempt that goes on from a state finds the models of all epochs up to it, the best one among them.
    await this.context.folder.assertRoom((state?.sizeBytes ?? 0) + (model?.sizeBytes ?? 0));
    if (model !== null) {
      this.models.set(epoch, model.path);
      await this.uploads.add({ ...this.upload('model', epoch, model.path), giveUp: () => this.giveUpModel(epoch, model.path) });
    }
    if (state !== null) await this.uploads.add({ ...this.upload('state', epoch, state.path), giveUp: () => rm(state.path, { force: true }) });
  }

  private upload(kind: 'state' | 'model', epoch: number, path: string): Pick<QueuedFile, 'path' | 'epoch' | 'upload'> {
    return { path, epoch, upload: () => this.store(kind, epoch, path) };
  }

  /** The best one stays here although the store does not get it now: it becomes the final model. */
  private async giveUpModel(epoch: number, path: string): Promise<void> {
    if (epoch === this.best?.epoch) return;
    this.models.delete(epoch);
    await rm(path, { force: true });
  }

  private async store(kind: 'state' | 'model', epoch: number, path: string): Promise<void> {
    const { grant, journal } = this.context;
    const signal = AbortSignal.any([this.context.signal, this.giveUp.signal]);
    const stored = await this.parts.uploader.upload(grant, { kind, epoch, path }, { signal, log: this.context.log });
    await failpoint('worker-before-checkpoint-report', `${kind}-${epoch}`);
    journal.add({ definition: trainingCheckpointedV1, data: { epoch, kind, ...stored } });
    if (kind === 'state') await rm(path, { force: true });
    else await this.removeOldModels(epoch);
  }

  /** The best and the newest model stay for the end; the others lie in the store. */
  private async removeOldModels(storedEpoch: number): Promise<void> {
    for (const [epoch, path] of this.models) {
      if (epoch >= storedEpoch || epoch === this.best?.epoch) continue;
      this.models.delete(epoch);
      await rm(path, { force: true });
    }
  }
}

/** `folder` is taken out of the engine's words: users read them. */
function ended(last: FromChild, folder: string): Extract<FromChild, { kind: 'done' }> {
  switch (last.kind) {
    case 'done':
      return last;
    case 'failed':
      throw new AttemptFailure(last.code.slice(0, 60), last.detail.replaceAll(folder, ''), { retryable: RETRYABLE_CODES.has(last.code) });
    default:
      // Nobody here asked for it: a signal from outside reached the child.
      throw new AttemptFailure('engine-crashed', 'The engine stopped by itself.', { retryable: true });
  }
}

/** The message's schema has mutable lists. */
function copyOf(spec: TrainingSpec): Parameters<ReturnType<LaunchEngine>['run']>[0]['spec'] {
  return { ...spec, classes: spec.classes.map((one) => ({ id: one.id, name: one.name })), hyperparameters: { ...spec.hyperparameters } };
}

function summary(metrics: EpochMetrics, epochs: number): string {
  const figure = (value: number | null): string => (value === null ? 'not a number' : value.toFixed(4));
  return `epoch ${metrics.epoch}/${epochs}: loss ${figure(metrics.train_loss)}, validation loss ${figure(metrics.val_loss)}, ${metrics.primary_metric} ${figure(metrics.primary_value)}, ${metrics.images_per_second.toFixed(0)} images/s`;
}
