import { workerHelloV1 } from '@app/contracts';
import { EventPublisher, RpcClient, type NatsLink } from '@app/messaging';
import { SigV4Presigner, StoreMeter, type ObjectStore } from '@app/object-store';
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
import { CommandRunner } from './external/command-runner.js';
import { ExternalTrainers } from './external/external-trainers.js';
import { KubernetesApi } from './external/kubernetes/kubernetes-api.js';
import { KubernetesRunner } from './external/kubernetes/kubernetes-runner.js';
import { TrainerJobs } from './external/kubernetes/trainer-jobs.js';
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
import type { WorkerMetrics } from './health/worker-metrics.js';
import { ToldCounts } from './jobs/told-counts.js';
import { offerOf } from './jobs/worker-offer.js';
import { WorkerPresence } from './jobs/worker-presence.js';
import { TrainingWorker } from './jobs/training-worker.js';
import { reasonOf, type TrainingLog } from './training-log.js';

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
  /** Of the store. */
  readonly meter?: StoreMeter;
  readonly launch: LaunchEngine;
  /** Where models are used: a process of its own; in tests this one. */
  readonly infer?: LaunchInference;
  readonly log: TrainingLog;
  readonly metrics?: WorkerMetrics;
  /** Shorter in tests. */
  readonly journal?: Partial<JournalOptions>;
  readonly upload?: Partial<UploadOptions>;
  /** Tests run it from the sources. */
  readonly supervisorEntry?: string;
}

/** Puts the worker together: the one place that knows every part. */
export async function composeWorker(parts: WorkerParts): Promise<TrainingWorker> {
  const { config, link, store, launch, log } = parts;
  const publisher = new EventPublisher(link, SOURCE);
  const { workerId, watch } = config;
  const backend = new NatsBackendClient(new RpcClient(link), publisher, { workerId, timeoutMilliseconds: config.rpcTimeoutMilliseconds });
  const cache = new SnapshotCache({ workDirectory: config.folders.workDirectory, limitBytes: config.cacheLimitBytes });
  await cache.sweep();
  const snapshots = new SnapshotSource(store, cache);
  const command = new CommandRunner({ store, snapshots, environment: config.environment, supervisorEntry: parts.supervisorEntry });
  const kubernetes = await kubernetesRunner(config, log);
  const uploader = new ObjectUploader(backend, store, parts.upload);
  const version = config.codeVersion ?? codeVersion();
  const pipeline = new AttemptPipeline({
    store,
    datasets: new DatasetBuilder(snapshots, new ZipArchiveReader(), new DiceLabelReader()),
    uploader,
    launch,
    external: new ExternalTrainers(config.trainers, { command, kubernetes }),
    workerId,
    codeVersion: version,
    metrics: parts.metrics,
    maxWaitingBytes: Math.floor(config.folders.workLimitBytes / WAITING_SHARE),
  });
  const models = modelCache(parts);
  await models.sweep();
  const inference = new InferencePipeline({ store, uploader, models, launch: parts.infer ?? launchInference(log), workerId, codeVersion: version });
  const counts = new ToldCounts(parts.meter ?? new StoreMeter());
  const presence = new WorkerPresence(offerOf(config, version), (hello) => publisher.signal(workerHelloV1, counts.with(hello)), config.helloMilliseconds);
  link.onConnect(() => presence.again());
  const worker = new TrainingWorker({
    backend,
    publisher: new NatsReportPublisher(publisher, link),
    folders: new AttemptFolders(config.folders),
    pipeline,
    inference,
    keeper: new JournalKeeper(backend, log, { keepMilliseconds: KEEP_REPORTS_MILLISECONDS }),
    log,
    metrics: parts.metrics,
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
  const desk = new PredictDesk({ store, cache: modelCache(parts), launch: parts.infer ?? launchInference(log), log }, { workDirectory: parts.config.folders.workDirectory });
  await desk.prepare();
  return desk;
}

const launchInference = (log: TrainingLog) => (): InferenceRun => new InferenceProcess({ log });

const modelCache = ({ config, store }: Pick<WorkerParts, 'config' | 'store'>): ModelCache => new ModelCache(store, { workDirectory: config.folders.workDirectory, limitBytes: config.modelCacheLimitBytes });

/** Null where no trainer is a Job. A cluster that does not answer now may do so later: what a crash left there is then swept by the job's next attempt. */
async function kubernetesRunner(config: TrainingConfig, log: TrainingLog): Promise<KubernetesRunner | null> {
  const { cluster, store, workerId } = config;
  if (cluster === null) return null;
  const { namespace, helperImage, courierPort } = cluster;
  const runner = new KubernetesRunner({ jobs: new TrainerJobs(new KubernetesApi(cluster), namespace), presigner: new SigV4Presigner(store), workerId, helperImage, courierPort, log });
  await runner.sweep().catch((error: unknown) => log.warn(`Jobs of before cannot be looked for: ${reasonOf(error)}`));
  return runner;
}
