import { randomBytes } from 'node:crypto';
import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore, TRAINING_INBOX_PREFIX, visionNatsUsers, type LocalObjectStore } from '@app/local-services';
import { JetStreamServer, NatsLink } from '@app/messaging';
import { S3ObjectStore } from '@app/object-store';
import { startStoreProxy, startTestNats, type StoreProxy, type TestNats } from '@app/testing';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { composePredictDesk, composeWorker } from '../../apps/training/src/compose-worker.js';
import { TrainingConfig } from '../../apps/training/src/config/training-config.js';
import type { TrainingWorker } from '../../apps/training/src/jobs/training-worker.js';
import { InProcessEngine } from '../../apps/training/src/testing/in-process-engine.js';
import { InProcessInference } from '../../apps/training/src/testing/in-process-inference.js';
import { TrainingModule } from '../../apps/training/src/training.module.js';
import { silentLog } from '../../apps/training/src/training-log.js';
import { ADMIN, startBackend, type BackendUnderTest } from '../contract/backend-under-test.js';
import { ApiClient } from '../e2e/api-client.js';

const BUCKET = 'vision-test';
const READER = { accessKeyId: 'reader', secretAccessKey: randomBytes(16).toString('hex') };
const WRITER = { accessKeyId: 'writer', secretAccessKey: randomBytes(16).toString('hex') };

interface RunningWorker {
  readonly worker: TrainingWorker;
  readonly stop: () => Promise<void>;
}

/** Everything that a job has left in the database; two equal ones mean that nothing took effect in between. */
export interface JobTrace {
  readonly job: Record<string, unknown> | undefined;
  readonly counts: Record<string, unknown>;
}

/** The real backend and the real worker, with brokers' users, database and store of their own; the engine runs in this process. */
export class TrainingUnderTest {
  /** As somebody who got hold of the password may do. */
  readonly asBackend: NatsLink;
  readonly asTraining: NatsLink;
  readonly writer: S3ObjectStore;
  private running: RunningWorker | null = null;

  private constructor(
    private readonly folder: string,
    readonly nats: TestNats,
    readonly store: LocalObjectStore,
    readonly proxy: StoreProxy,
    readonly backend: BackendUnderTest,
    readonly api: ApiClient,
    readonly pool: pg.Pool,
  ) {
    this.asBackend = new NatsLink({ url: nats.urlFor('backend'), name: 'forger', inboxPrefix: '_INBOX_backend' });
    this.asTraining = new NatsLink({ url: nats.urlFor('training'), name: 'forging worker', inboxPrefix: TRAINING_INBOX_PREFIX });
    this.writer = new S3ObjectStore({ endpoint: store.endpoint, region: 'auto', bucket: BUCKET, ...WRITER });
  }

  static async start(settings: Record<string, string> = {}): Promise<TrainingUnderTest> {
    const folder = await mkdtemp(join(tmpdir(), 'vision-failure-'));
    const nats = await startTestNats({ users: visionNatsUsers({ backend: 'backend-password', training: 'training-password', consumer: 'consumer-password' }) });
    const store = await startObjectStore({
      dataDirectory: join(folder, 'store'),
      bucket: BUCKET,
      credentials: [
        { ...READER, mode: 'read-only' },
        { ...WRITER, mode: 'read-write' },
      ],
    });
    const proxy = await startStoreProxy(store.port);
    const backend = await startBackend({ NATS_URL: nats.urlFor('backend'), S3_ENDPOINT: proxy.endpoint, S3_BUCKET: BUCKET, S3_ACCESS_KEY_ID: WRITER.accessKeyId, S3_SECRET_ACCESS_KEY: WRITER.secretAccessKey, ...settings });
    const api = await ApiClient.logIn({ url: backend.url, admin: ADMIN });
    return new TrainingUnderTest(folder, nats, store, proxy, backend, api, new pg.Pool({ connectionString: backend.databaseUrl, max: 3 }));
  }

  async startWorker(): Promise<void> {
    const config = TrainingConfig.read({
      NATS_URL: this.nats.urlFor('training'),
      S3_ENDPOINT: this.proxy.endpoint,
      S3_BUCKET: BUCKET,
      S3_ACCESS_KEY_ID: READER.accessKeyId,
      S3_SECRET_ACCESS_KEY: READER.secretAccessKey,
      WORK_DIRECTORY: join(this.folder, 'work'),
      CACHE_LIMIT_BYTES: '0',
      HEARTBEAT_SECONDS: '1',
      CANCEL_POLL_SECONDS: '1',
    });
    const link = new NatsLink({ url: config.nats.url, name: 'worker', inboxPrefix: TRAINING_INBOX_PREFIX, reconnectWaitMilliseconds: 100 });
    const store = new S3ObjectStore(config.store);
    const worker = await composeWorker({ config, link, store, launch: () => new InProcessEngine(), infer: () => new InProcessInference(), log: silentLog, journal: { confirmMilliseconds: 100 }, upload: { firstPauseMilliseconds: 50, longestPauseMilliseconds: 500 } });
    const desk = await composePredictDesk({ config, store, infer: () => new InProcessInference(), log: silentLog });
    const app: INestMicroservice = await NestFactory.createMicroservice(TrainingModule.with(worker, desk), {
      strategy: new JetStreamServer({ link, app: 'training', managesTopology: false, drainBudgetMilliseconds: 1_000 }),
      logger: false,
    });
    await app.listen();
    const stop = async (): Promise<void> => {
      await worker.stop(8_000);
      await desk.close();
      await app.close();
      await link.close();
      store.close();
    };
    this.running = { worker, stop };
  }

  async stopWorker(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  get isWorkerBusy(): boolean {
    return this.running?.worker.isBusy ?? false;
  }

  async close(): Promise<void> {
    await this.stopWorker();
    await this.pool.end();
    await Promise.all([this.asBackend.close(), this.asTraining.close()]);
    await this.backend.close();
    this.writer.close();
    await this.proxy.close();
    await this.store.close();
    await this.nats.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What the worker's credential has asked the store for. */
  readsOfWorker(): string[] {
    return this.proxy.log.filter((one) => one.accessKeyId === READER.accessKeyId).map((one) => `${one.method} ${one.path}`);
  }

  /** Temporary folders of attempts. */
  async attemptFolders(): Promise<string[]> {
    return readdir(join(this.folder, 'work', 'attempts')).catch(() => []);
  }

  async trace(jobId: string): Promise<JobTrace> {
    // The proof of life is no effect.
    const job = (await this.pool.query<Record<string, unknown>>("select to_jsonb(j) - 'heard_at' as job from training_jobs j where id = $1", [jobId])).rows[0];
    const counts: Record<string, unknown> = {};
    for (const table of ['training_metrics', 'training_checkpoints', 'training_logs', 'training_job_events', 'training_minted_uploads']) {
      counts[table] = (await this.pool.query<{ count: number }>(`select count(*)::int as count from ${table} where job_id = $1`, [jobId])).rows[0]?.count;
    }
    return { job, counts };
  }

  /** States that the job was shown in, in order. */
  async states(jobId: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ state: string }>("select data->>'state' as state from training_job_events where job_id = $1 and kind = 'job' order by id", [jobId]);
    return rows.map((row) => row.state);
  }

  /** Publishes bytes as they are. */
  async publish(link: NatsLink, subject: string, payload: string | Uint8Array): Promise<void> {
    await link.whenConnected();
    await link.jetstream().publish(subject, payload);
  }

  /** Everything that lies in the stream, or is on its way there out of the database, was taken by the consumer. */
  async untilTaken(stream: string, durable: string): Promise<void> {
    await this.asBackend.whenConnected();
    const manager = await this.asBackend.manager();
    await until(async () => {
      const { rowCount } = await this.pool.query('select 1 from outbox where published_at is null limit 1');
      if ((rowCount ?? 0) > 0) return false;
      const { num_pending: pending, num_ack_pending: unsettled } = await manager.consumers.info(stream, durable);
      return pending === 0 && unsettled === 0;
    });
  }

  async deadLetters(): Promise<number> {
    await this.asBackend.whenConnected();
    return (await (await this.asBackend.manager()).streams.info('VISION_DEAD_LETTER')).state.messages;
  }
}

/** Looks 20 times a second. */
export async function until(isTrue: () => boolean | Promise<boolean>, seconds = 40): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
