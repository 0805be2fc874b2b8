import { workerHelloV1 } from '@app/contracts';
import { EventPublisher, RpcClient, type NatsLink } from '@app/messaging';
import type { ObjectStore } from '@app/object-store';
import { NatsBackendClient } from './backend-client/nats-backend-client.js';
import { NatsReportPublisher } from './backend-client/nats-report-publisher.js';
import { ObjectUploader, type UploadOptions } from './checkpoints/object-uploader.js';
import type { TrainingConfig } from './config/training-config.js';
import { codeVersion } from './config/code-version.js';
import { DatasetBuilder } from './dataset-source/dataset-builder.js';
import { DiceLabelReader } from './dataset-source/dice-label-reader.js';
import { SnapshotCache } from './dataset-source/snapshot-cache.js';
import { SnapshotSource } from './dataset-source/snapshot-source.js';
import { ZipArchiveReader } from './dataset-source/zip-archive-reader.js';
import { InferenceProcess } from './engine/inference/inference-process.js';
import type { InferenceRun, LaunchInference } from './engine/inference/inference-run.js';
import { InferencePipeline } from './inference/inference-pipeline.js';
import { ModelCache } from './inference/model-cache.js';
import { PredictDesk } from './inference/predict-desk.js';
import { AttemptFolders } from './jobs/attempt-folder.js';
import { AttemptPipeline } from './jobs/attempt-pipeline.js';
import type { LaunchEngine } from './jobs/engine-run.js';
import { JournalKeeper } from './jobs/journal-keeper.js';
import type { JournalOptions } from './jobs/report-journal.js';
import { offerOf } from './jobs/worker-offer.js';
import { WorkerPresence } from './jobs/worker-presence.js';
import { TrainingWorker } from './jobs/training-worker.js';
import type { TrainingLog } from './training-log.js';

const SOURCE = 'urn:vision:training';
/** 10 minutes: as long as a backend may be away without losing how an attempt ended. */
const KEEP_REPORTS_MILLISECONDS = 600_000;
const PROGRESS_MILLISECONDS = 1_000;
/** Of the room for temporary files, what checkpoints may take that wait for the store. */
const WAITING_SHARE = 4;

export interface WorkerParts {
  readonly config: TrainingConfig;
  readonly link: NatsLink;
  readonly store: Pick<ObjectStore, 'get' | 'head'>;
  readonly launch: LaunchEngine;
  /** Where models are used: a process of its own; in tests this one. */
  readonly infer?: LaunchInference;
  readonly log: TrainingLog;
  /** Shorter in tests. */
  readonly journal?: Partial<JournalOptions>;
  readonly upload?: Partial<UploadOptions>;
}

/** Puts the worker together: the one place that knows every part. */
export async function composeWorker(parts: WorkerParts): Promise<TrainingWorker> {
  const { config, link, store, launch, log } = parts;
  const publisher = new EventPublisher(link, SOURCE);
  const { workerId, watch } = config;
  const backend = new NatsBackendClient(new RpcClient(link), publisher, { workerId, timeoutMilliseconds: config.rpcTimeoutMilliseconds });
  const cache = new SnapshotCache({ workDirectory: config.folders.workDirectory, limitBytes: config.cacheLimitBytes });
  await cache.sweep();
  const uploader = new ObjectUploader(backend, store, parts.upload);
  const version = config.codeVersion ?? codeVersion();
  const pipeline = new AttemptPipeline({
    store,
    datasets: new DatasetBuilder(new SnapshotSource(store, cache), new ZipArchiveReader(), new DiceLabelReader()),
    uploader,
    launch,
    workerId,
    codeVersion: version,
    maxWaitingBytes: Math.floor(config.folders.workLimitBytes / WAITING_SHARE),
  });
  const models = modelCache(parts);
  await models.sweep();
  const inference = new InferencePipeline({ store, uploader, models, launch: parts.infer ?? launchInference, workerId, codeVersion: version });
  const presence = new WorkerPresence(offerOf(config, version), (hello) => publisher.signal(workerHelloV1, hello), config.helloMilliseconds);
  link.onConnect(() => presence.again());
  const worker = new TrainingWorker({
    backend,
    publisher: new NatsReportPublisher(publisher, link),
    folders: new AttemptFolders(config.folders),
    pipeline,
    inference,
    keeper: new JournalKeeper(backend, log, { keepMilliseconds: KEEP_REPORTS_MILLISECONDS }),
    log,
    watch,
    journal: parts.journal,
    progressMilliseconds: PROGRESS_MILLISECONDS,
  }, presence);
  await worker.prepare();
  return worker;
}

/** Answers questions about single images, beside the jobs. */
export async function composePredictDesk(parts: Pick<WorkerParts, 'config' | 'store' | 'infer' | 'log'>): Promise<PredictDesk> {
  const { store, log } = parts;
  const desk = new PredictDesk({ store, cache: modelCache(parts), launch: parts.infer ?? launchInference, log }, { workDirectory: parts.config.folders.workDirectory });
  await desk.prepare();
  return desk;
}

const launchInference = (): InferenceRun => new InferenceProcess();

const modelCache = ({ config, store }: Pick<WorkerParts, 'config' | 'store'>): ModelCache => new ModelCache(store, { workDirectory: config.folders.workDirectory, limitBytes: config.modelCacheLimitBytes });
