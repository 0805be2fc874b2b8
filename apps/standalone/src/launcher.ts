import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort, LocalServiceError, portProblem } from '@app/local-services';
import { localUrl, networkUrls, pageOrigins, publicUrl } from './addresses.js';
import { hasFirstPassword, jsonLine, readableBlock } from './announcement.js';
import { openDataFolder } from './data-folder.js';
import { watchDisk } from './disk-space.js';
import { given, type Environment } from './external-services.js';
import type { StandaloneOptions } from './options.js';
import { ProcessLog } from './process-log.js';
import { ProcessRecord } from './process-record.js';
import { keptAdmin, keptSecrets, type AdminCredentials, type Secrets } from './secrets.js';
import { startServices, type Services } from './services.js';
import { SupervisedProcess } from './supervised-process.js';

interface Part {
  readonly name: string;
  readonly stop: () => Promise<unknown>;
}

interface AppFacts {
  readonly label: string;
  /** Folder under apps/ and dist/. */
  readonly app: string;
  readonly readyUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts every part in order, and stops them in the opposite order: training, backend, store, NATS, Postgres. */
export class Launcher {
  private readonly parts: Part[] = [];
  private readonly processes: ProcessRecord;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly options: StandaloneOptions,
    private readonly environment: Environment = process.env,
    private readonly dist = resolve('dist'),
  ) {
    this.processes = new ProcessRecord(options.dataDirectory);
  }

  get isStopping(): boolean {
    return this.stopped !== undefined;
  }

  async start(): Promise<void> {
    const { options } = this;
    const port = options.port === 0 ? await freePort() : options.port;
    this.started({ name: 'the lock', stop: await openDataFolder(options.dataDirectory, publicUrl(options, port)) });
    // Before the ports are looked at: a process that was left behind may still hold one.
    await this.processes.stopLeftovers(this.log);
    await this.refuseTakenPorts(port);
    const [secrets, admin] = [await keptSecrets(options.dataDirectory), await keptAdmin(options.dataDirectory)];
    const services = await startServices({
      options,
      port,
      secrets,
      environment: this.environment,
      log: this.log,
      outputOf: (name) => this.outputOf(name),
      onSpawn: (name, pid) => void this.processes.add(name, pid),
      onStarted: (part) => this.started(part),
      onCrash: (sentence) => this.crash(sentence),
    });
    await this.startBackend({ port, secrets, admin, services });
    await this.startTraining(services);
    await this.announce({ url: publicUrl(options, port), networkUrls: networkUrls(options, port), admin, services });
    const unwatch = watchDisk(options.dataDirectory, this.log);
    this.started({ name: 'the watch on the disk', stop: () => Promise.resolve(unwatch()) });
  }

  /** Ends the process with the code when everything is down. */
  stop(exitCode: number): Promise<void> {
    this.stopped ??= this.stopParts().then(() => process.exit(exitCode));
    return this.stopped;
  }

  private async stopParts(): Promise<void> {
    if (this.parts.length > 1) this.log('Stopping ...');
    // Parts may still be added by a start that is under way; the loop sees them.
    for (let part = this.parts.pop(); part !== undefined; part = this.parts.pop()) {
      const { name } = part;
      await part.stop().catch((error: unknown) => this.log(`${name} did not stop cleanly: ${String(error)}`));
    }
  }

  private started(part: Part): void {
    this.parts.push(part);
    if (this.isStopping) throw new LocalServiceError('Stopped while starting.');
  }

  private async refuseTakenPorts(port: number): Promise<void> {
    const { host, storePort } = this.options;
    const problem = (await portProblem(port, host, '--port')) ?? (storePort === 0 ? null : await portProblem(storePort, host, '--store-port'));
    if (problem !== null) throw new LocalServiceError(problem);
  }

  private async startBackend(facts: { port: number; secrets: Secrets; admin: AdminCredentials; services: Services }): Promise<void> {
    const { port, secrets, admin, services } = facts;
    await this.run({
      label: 'The backend',
      app: 'backend',
      readyUrl: `${localUrl(this.options.host, port)}/api/v1/health/ready`,
      environment: {
        // Uploads make much short-lived garbage: a small nursery keeps the process small at the price of some collections, and so does an end to its
        // heap: on a large machine V8 lets a heap without one grow to a multiple of what is in use before it collects.
        NODE_OPTIONS: this.environment['NODE_OPTIONS'] ?? '--max-semi-space-size=2 --max-old-space-size=512',
        HOST: this.options.host,
        PORT: String(port),
        PUBLIC_URL: publicUrl(this.options, port),
        DATABASE_URL: services.databaseUrl,
        NATS_URL: services.natsUrls.backend,
        ...storeEnvironment(services),
        S3_PUBLIC_ENDPOINT: services.store.publicEndpoint,
        S3_ACCESS_KEY_ID: services.store.accessKeyId,
        S3_SECRET_ACCESS_KEY: services.store.secretAccessKey,
        JWT_SECRET: given(this.environment, 'JWT_SECRET') ?? secrets.jwt_secret,
        ...storeCheckEnvironment(services, this.environment),
        PAGE_ORIGINS: pageOrigins(this.options, port).join(','),
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        ...(existsSync(join(this.dist, 'labeler')) ? { WEB_ROOT: join(this.dist, 'labeler') } : {}),
        ...this.handedOn('TRAINING_LEASE_SECONDS', 'TRAINING_CLAIM_SECONDS', 'TRAINING_MAX_RUNNING', 'TRAINING_MAX_RUNNING_PER_USER', 'TRAINING_MAX_RUNNING_PER_DATASET'),
        ...this.handedOn('MAX_UPLOAD_BYTES', 'DATABASE_POOL_SIZE', 'NATS_STREAM_REPLICAS', 'IMAGE_WORKERS', 'TRAINERS_FILE', 'METRICS_PORT'),
      },
    });
  }

  private async startTraining(services: Services): Promise<void> {
    const work = join(this.options.dataDirectory, 'training');
    await mkdir(work, { recursive: true, mode: 0o700 });
    const port = await freePort();
    await this.run({
      label: 'The training service',
      app: 'training',
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      environment: {
        NATS_URL: services.natsUrls.training,
        ...storeEnvironment(services),
        S3_ACCESS_KEY_ID: services.store.readonlyAccessKeyId,
        S3_SECRET_ACCESS_KEY: services.store.readonlySecretAccessKey,
        WORK_DIRECTORY: work,
        ...this.handedOn('WORK_LIMIT_BYTES', 'CACHE_LIMIT_BYTES', 'MODEL_CACHE_LIMIT_BYTES', 'ENGINE', 'POOL', 'TRAINERS_FILE', 'RUN_TRAINERS'),
        WORKER_ID: given(this.environment, 'WORKER_ID') ?? 'local-1',
        HEALTH_HOST: '127.0.0.1',
        ...workersMetrics(this.environment),
        HEALTH_PORT: String(port),
      },
    });
  }

  private async run({ label, app, readyUrl, environment }: AppFacts): Promise<void> {
    this.log(`Starting ${label.replace('The', 'the')} ...`);
    const child = new SupervisedProcess({
      label,
      entry: join(this.dist, app, 'apps', app, 'src', 'main.js'),
      readyUrl,
      environment: { NODE_ENV: 'production', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...this.handedOn('LOG_LEVEL', 'NODE_ENV', 'FAILPOINTS_DIRECTORY', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS', 'TRACES_FILE', 'TRACES_SAMPLE_RATIO', 'METRICS_HOST'), ...environment },
      output: this.outputOf(app),
      log: this.log,
      onSpawn: (pid) => void this.processes.add(label.replace('The ', ''), pid),
      onGivenUp: (sentence) => this.crash(sentence),
    });
    this.started({ name: label, stop: () => child.stop() });
    await child.start();
  }

  private handedOn(...names: readonly string[]): Record<string, string> {
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = given(this.environment, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  /** A script that reads one line of JSON keeps the rest; a person who asks for a level wants to see it. */
  private outputOf(name: string): ProcessLog {
    const isVerbose = this.options.json || given(this.environment, 'LOG_LEVEL') !== undefined;
    // Standard output is for the announcement only.
    return new ProcessLog(this.options.dataDirectory, name, { isVerbose, show: (text) => void process.stderr.write(text) });
  }

  private async announce(facts: { url: string; networkUrls: readonly string[]; admin: AdminCredentials; services: Services }): Promise<void> {
    if (this.options.json) {
      process.stdout.write(`${jsonLine(facts)}\n`);
      return;
    }
    const showPassword = await hasFirstPassword(facts.services.databaseUrl, facts.admin.email);
    process.stdout.write(`${readableBlock(facts, { showPassword, dataDirectory: this.options.dataDirectory })}\n`);
  }

  private crash(sentence: string): void {
    if (this.isStopping) return;
    this.log(sentence);
    void this.stop(1);
  }

  private readonly log = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
}

function storeEnvironment({ store }: Services): Record<string, string> {
  return { S3_ENDPOINT: store.endpoint, S3_REGION: store.region, S3_BUCKET: store.bucket };
}

/** The embedded store is the product's own: its CORS rules follow the page's addresses. A read-only pair that is the other one proves nothing. */
/** Two processes on one machine have two ports. */
function workersMetrics(environment: Environment): Record<string, string> {
  const port = given(environment, 'TRAINING_METRICS_PORT');
  return port === undefined ? {} : { METRICS_PORT: port };
}

function storeCheckEnvironment({ store }: Services, environment: Environment): Record<string, string> {
  const cors = given(environment, 'S3_ENDPOINT') === undefined ? 'set' : 'check';
  const pair = { S3_READONLY_ACCESS_KEY_ID: store.readonlyAccessKeyId, S3_READONLY_SECRET_ACCESS_KEY: store.readonlySecretAccessKey };
  return { STORE_CORS: cors, STORE_CHECK: given(environment, 'STORE_CHECK') ?? 'on', ...(store.readonlyAccessKeyId === store.accessKeyId ? {} : pair) };
}
