import { open, rm, type FileHandle } from 'node:fs/promises';
import { trainingStartedV1, type EpochMetrics, type InferenceGrant, type InferenceImage } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { ObjectStore } from '@app/object-store';
import type { ObjectUploader, StoredObject } from '../checkpoints/object-uploader.js';
import type { InferenceRun, LaunchInference } from '../engine/inference/inference-run.js';
import type { AttemptContext } from '../jobs/attempt-context.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import { finiteMetrics } from '../jobs/finite-metrics.js';
import { fetchObject } from './fetched-object.js';
import { ahead, imageList } from './image-list.js';
import type { ModelCache } from './model-cache.js';

export interface InferenceParts {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly uploader: ObjectUploader;
  readonly models: ModelCache;
  readonly launch: LaunchInference;
  readonly workerId: string;
  readonly codeVersion: string;
}

export interface SaidOfImages {
  readonly predictions: StoredObject;
  readonly images: number;
  readonly failedImages: number;
}

type Context = AttemptContext<InferenceGrant>;

/** Images on their way to the model: one is looked at, the next are read. */
const AHEAD = 4;
const ONLY_EPOCH = 1;
const MOST_NAMED = 5;

interface Fetched {
  readonly image: InferenceImage;
  /** Null: it is not what it should be. */
  readonly path: string | null;
}

interface Tally {
  looked: number;
  failed: number;
  readonly begunAt: number;
  readonly cpuStart: NodeJS.CpuUsage;
}

/** One attempt of a job that uses a model: image by image, so that a hundred thousand take no more memory than ten. */
export class InferencePipeline {
  constructor(private readonly parts: InferenceParts) {}

  async run(context: Context): Promise<SaidOfImages> {
    const { grant, journal, log } = context;
    const modelPath = await this.parts.models.path(grant.model.object, context);
    const list = await this.fetchList(context);
    const run = this.parts.launch();
    const stop = (): void => void run.stop();
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      await run.open({ modelPath, adapter: grant.model.adapter, threads: 1, measures: grant.kind === 'evaluation' });
      journal.add({ definition: trainingStartedV1, data: { worker_id: this.parts.workerId, engine: 'onnx', epochs: ONLY_EPOCH, resumed_from_epoch: 0, code_version: this.parts.codeVersion } });
      log.info(`${grant.model.name} looks at ${grant.images.count} images`);
      return await this.lookAtAll(context, run, list);
    } finally {
      context.signal.removeEventListener('abort', stop);
      await run.stop();
    }
  }

  private async fetchList(context: Context): Promise<string> {
    const path = context.folder.file('images.ndjson');
    await context.folder.assertRoom(context.grant.images.size_bytes);
    if (await fetchObject(this.parts.store, context.grant.images, { path, ...context })) return path;
    throw new AttemptFailure('corrupt-list', 'The list of images does not have the content that was stored.', { retryable: false });
  }

  private async lookAtAll(context: Context, run: InferenceRun, list: string): Promise<SaidOfImages> {
    const path = context.folder.file('predictions.ndjson');
    const tally: Tally = { looked: 0, failed: 0, begunAt: performance.now(), cpuStart: process.cpuUsage() };
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const fetched of ahead(imageList(list), AHEAD, (image) => this.fetch(context, image))) await this.look(context, run, { fetched, file, tally });
      // A store takes no object of nothing.
      await file.write('\n');
    } finally {
      await file.close();
    }
    if (context.grant.kind === 'evaluation') context.progress.epochDone(finiteMetrics(await metricsOf(run, tally)));
    context.progress.report({ phase: 'uploading', epoch: ONLY_EPOCH, fraction: 0, imagesPerSecond: null });
    const predictions = await this.parts.uploader.upload(context.grant, { kind: 'predictions', epoch: ONLY_EPOCH, path }, context);
    return { predictions, images: tally.looked, failedImages: tally.failed };
  }

  private async fetch(context: Context, image: InferenceImage): Promise<Fetched> {
    context.signal.throwIfAborted();
    const path = context.folder.file(`image-${image.image_id}`);
    try {
      return { image, path: (await fetchObject(this.parts.store, image, { path, ...context })) ? path : null };
    } catch (error) {
      // Removed since it was named: the others still count.
      if (error instanceof DomainError && error.code === 'not-found') return { image, path: null };
      throw error;
    }
  }

  private async look(context: Context, run: InferenceRun, { fetched: { image, path }, file, tally }: { readonly fetched: Fetched; readonly file: FileHandle; readonly tally: Tally }): Promise<void> {
    context.signal.throwIfAborted();
    const said = path === null ? { kind: 'refused' as const, reason: 'it is not there any more as it was' } : await run.look({ imageId: image.image_id, path, minScore: context.grant.min_score, truth: image.truth });
    if (path !== null) await rm(path, { force: true });
    if (said.kind === 'refused') {
      tally.failed += 1;
      if (tally.failed <= MOST_NAMED) context.log.warn(`image ${image.image_id} stays out: ${said.reason}`);
    } else {
      tally.looked += 1;
      await file.write(`${JSON.stringify({ image_id: image.image_id, objects: said.objects, uncertainty: said.uncertainty })}\n`);
    }
    const seconds = (performance.now() - tally.begunAt) / 1000;
    context.progress.report({ phase: 'evaluating', epoch: ONLY_EPOCH, fraction: (tally.looked + tally.failed) / context.grant.images.count, imagesPerSecond: seconds === 0 ? null : tally.looked / seconds });
  }
}

/** Of nothing was learned: there is no loss of a training and no rate. */
async function metricsOf(run: InferenceRun, tally: Tally): Promise<EpochMetrics> {
  const { primaryValue, loss, ...figures } = await run.measure();
  const seconds = (performance.now() - tally.begunAt) / 1000;
  const cpu = process.cpuUsage(tally.cpuStart);
  return {
    ...{ epoch: ONLY_EPOCH, train_loss: null, val_loss: loss, primary_value: primaryValue, ...figures },
    ...{ learning_rate: 0, images_per_second: seconds === 0 ? 0 : tally.looked / seconds, cpu_seconds: (cpu.user + cpu.system) / 1e6, wall_seconds: seconds },
  };
}
