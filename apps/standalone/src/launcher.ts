import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort, isPortFree, LocalServiceError } from '@app/local-services';
import { hasFirstPassword, jsonLine, readableBlock } from './announcement.js';
import { openDataFolder } from './data-folder.js';
import type { StandaloneOptions } from './options.js';
import { keptAdmin, keptSecrets, type AdminCredentials, type Secrets } from './secrets.js';
import { startServices, type Services } from './services.js';
import { SupervisedProcess } from './supervised-process.js';

interface Part {
  readonly name: string;
  readonly stop: () => Promise<unknown>;
}

/** Starts every part in order, and stops them in the opposite order: training, backend, store, NATS, Postgres. */
export class Launcher {
  private readonly parts: Part[] = [];
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly options: StandaloneOptions,
    private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
    private readonly dist = resolve('dist'),
  ) {}

  get isStopping(): boolean {
    return this.stopped !== undefined;
  }

  async start(): Promise<void> {
    const { options } = this;
    const port = options.port === 0 ? await freePort() : options.port;
    if (!(await isPortFree(port, options.host))) throw new LocalServiceError(`Port ${port} of ${options.host} is in use or not ours to use; end the other program, or choose another one with --port.`);
    const unlock = await openDataFolder(options.dataDirectory);
    this.started({ name: 'the lock', stop: unlock });
    const [secrets, admin] = [await keptSecrets(options.dataDirectory), await keptAdmin(options.dataDirectory)];
    const services = await startServices({
      options,
      secrets,
      environment: this.environment,
      log: this.log,
      onStarted: (part) => this.started(part),
      onCrash: (sentence) => this.crash(sentence),
    });
    await this.startBackend({ port, secrets, admin, services });
    await this.startTraining(services);
    await this.announce({ url: this.publicUrl(port), admin, services });
  }

  /** Ends the process with the code when everything is down. */
  stop(exitCode: number): Promise<void> {
    this.stopped ??= this.stopParts().then(() => process.exit(exitCode));
    return this.stopped;
  }

  private async stopParts(): Promise<void> {
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

  private async startBackend(facts: { port: number; secrets: Secrets; admin: AdminCredentials; services: Services }): Promise<void> {
    const { port, secrets, admin, services } = facts;
    const reachable = ['0.0.0.0', '::'].includes(this.options.host) ? '127.0.0.1' : this.options.host;
    await this.run('The backend', 'backend', `http://${reachable}:${port}/api/v1/health/ready`, {
      // Uploads make much short-lived garbage: a small nursery keeps the process small at the price of some collections.
      NODE_OPTIONS: this.environment['NODE_OPTIONS'] ?? '--max-semi-space-size=2',
      HOST: this.options.host,
      PORT: String(port),
      PUBLIC_URL: this.publicUrl(port),
      DATABASE_URL: services.databaseUrl,
      NATS_URL: services.natsUrls.backend,
      ...storeEnvironment(services),
      S3_PUBLIC_ENDPOINT: services.store.publicEndpoint,
      S3_ACCESS_KEY_ID: services.store.accessKeyId,
      S3_SECRET_ACCESS_KEY: services.store.secretAccessKey,
      JWT_SECRET: this.environment['JWT_SECRET'] ?? secrets.jwt_secret,
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      ...(existsSync(join(this.dist, 'labeler')) ? { WEB_ROOT: join(this.dist, 'labeler') } : {}),
      TRAINING_LEASE_SECONDS: this.environment['TRAINING_LEASE_SECONDS'] ?? '60',
      ...this.given('IMAGE_WORKERS'),
    });
  }

  private async startTraining(services: Services): Promise<void> {
    const work = join(this.options.dataDirectory, 'training');
    await mkdir(work, { recursive: true, mode: 0o700 });
    const port = await freePort();
    await this.run('The training service', 'training', `http://127.0.0.1:${port}/health/ready`, {
      NATS_URL: services.natsUrls.training,
      ...storeEnvironment(services),
      S3_ACCESS_KEY_ID: services.store.readonlyAccessKeyId,
      S3_SECRET_ACCESS_KEY: services.store.readonlySecretAccessKey,
      WORK_DIRECTORY: work,
      ...this.given('WORK_LIMIT_BYTES', 'CACHE_LIMIT_BYTES', 'ENGINE'),
      WORKER_ID: this.environment['WORKER_ID'] ?? 'local-1',
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: String(port),
    });
  }

  private async run(label: string, app: string, readyUrl: string, environment: Record<string, string | undefined>): Promise<void> {
    const child = new SupervisedProcess({
      label,
      entry: join(this.dist, app, 'apps', app, 'src', 'main.js'),
      readyUrl,
      environment: { NODE_ENV: 'production', ...this.given('LOG_LEVEL', 'NODE_ENV'), ...environment },
      // Standard output is for the announcement only.
      onLine: (text) => void process.stderr.write(text),
      log: this.log,
      onGivenUp: (sentence) => this.crash(sentence),
    });
    this.started({ name: label, stop: () => child.stop() });
    await child.start();
  }

  private given(...names: readonly string[]): Record<string, string> {
    return Object.fromEntries(names.flatMap((name) => (this.environment[name] === undefined ? [] : [[name, this.environment[name]]])));
  }

  private publicUrl(port: number): string {
    return this.options.publicUrl ?? `http://${['0.0.0.0', '::'].includes(this.options.host) ? '127.0.0.1' : this.options.host}:${port}`;
  }

  private async announce(facts: { url: string; admin: AdminCredentials; services: Services }): Promise<void> {
    if (this.options.json) {
      process.stdout.write(`${jsonLine(facts)}\n`);
      return;
    }
    const showPassword = await hasFirstPassword(facts.services.databaseUrl, facts.admin.email);
    process.stdout.write(`${readableBlock(facts, { showPassword, dataDirectory: this.options.dataDirectory })}\n`);
  }

  private crash(sentence: string): void {
    if (this.isStopping) return;
    this.log(`${sentence} Stopping.`);
    void this.stop(1);
  }

  private readonly log = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
}

function storeEnvironment({ store }: Services): Record<string, string> {
  return { S3_ENDPOINT: store.endpoint, S3_REGION: store.region, S3_BUCKET: store.bucket };
}
