import { join } from 'node:path';
import { startNats, startPostgres, visionNatsUsers } from '@app/local-services';
import type { StandaloneOptions } from './options.js';
import type { Secrets } from './secrets.js';
import { startStoreProcess } from './store-process.js';

/** Where the two apps find what they need; each part embedded, or given by the environment. */
export interface Services {
  readonly databaseUrl: string;
  readonly natsUrls: { readonly backend: string; readonly training: string; readonly consumer: string };
  readonly store: StoreFacts;
}

export interface StoreFacts {
  readonly endpoint: string;
  readonly publicEndpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly readonlyAccessKeyId: string;
  readonly readonlySecretAccessKey: string;
}

export interface ServiceContext {
  readonly options: StandaloneOptions;
  readonly secrets: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  /** Called with each part that was started: how to stop it. The last one started stops first. */
  readonly onStarted: (part: { name: string; stop: () => Promise<unknown> }) => void;
  readonly onCrash: (sentence: string) => void;
}

export async function startServices(context: ServiceContext): Promise<Services> {
  const databaseUrl = await startDatabase(context);
  const natsUrls = await startBroker(context);
  return { databaseUrl, natsUrls, store: await startStore(context) };
}

async function startDatabase({ options, environment, log, onStarted, onCrash }: ServiceContext): Promise<string> {
  const given = environment['DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  const said = (line: string): void => void (/^Stopped|cannot reach|system user/.test(line) && log(line));
  const server = await startPostgres({ dataDirectory: join(options.dataDirectory, 'postgres'), log: said });
  const watch = watchFor(server.exited, () => onCrash('Postgres ended by itself.'));
  onStarted({ name: 'Postgres', stop: () => watch.expect(() => server.stop()) });
  return server.url;
}

async function startBroker({ options, environment, secrets, log, onStarted, onCrash }: ServiceContext): Promise<Services['natsUrls']> {
  const given = environment['NATS_URL'];
  if (given !== undefined && given !== '') return { backend: given, training: environment['TRAINING_NATS_URL'] ?? given, consumer: given };
  const said = (line: string): void => void (/^(Stopped|Fetching|Installing|nats-server could)/.test(line) && log(line));
  const server = await startNats({ dataDirectory: join(options.dataDirectory, 'nats'), users: visionNatsUsers(secrets.nats), log: said });
  const watch = watchFor(server.exited, () => onCrash('NATS ended by itself.'));
  onStarted({ name: 'NATS', stop: () => watch.expect(() => server.stop()) });
  return { backend: server.urlFor('backend'), training: server.urlFor('training'), consumer: server.urlFor('consumer') };
}

async function startStore(context: ServiceContext): Promise<StoreFacts> {
  const { options, environment, secrets, onStarted, onCrash } = context;
  const given = environment['S3_ENDPOINT'];
  if (given !== undefined && given !== '') return storeFromEnvironment(given, environment, options);
  const keys = secrets.store;
  const store = await startStoreProcess(
    {
      dataDirectory: join(options.dataDirectory, 'store'),
      host: options.host,
      port: options.storePort,
      bucket: 'vision',
      credentials: [
        { accessKeyId: keys.access_key_id, secretAccessKey: keys.secret_access_key, mode: 'read-write' },
        { accessKeyId: keys.readonly_access_key_id, secretAccessKey: keys.readonly_secret_access_key, mode: 'read-only' },
      ],
    },
    onCrash,
  );
  onStarted({ name: 'the object store', stop: () => store.stop() });
  return {
    endpoint: store.endpoint,
    publicEndpoint: options.storePublicUrl ?? store.endpoint,
    region: 'auto',
    bucket: 'vision',
    accessKeyId: keys.access_key_id,
    secretAccessKey: keys.secret_access_key,
    readonlyAccessKeyId: keys.readonly_access_key_id,
    readonlySecretAccessKey: keys.readonly_secret_access_key,
  };
}

function storeFromEnvironment(endpoint: string, environment: ServiceContext['environment'], options: StandaloneOptions): StoreFacts {
  const accessKeyId = environment['S3_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = environment['S3_SECRET_ACCESS_KEY'] ?? '';
  return {
    endpoint,
    publicEndpoint: options.storePublicUrl ?? environment['S3_PUBLIC_ENDPOINT'] ?? endpoint,
    region: environment['S3_REGION'] ?? 'auto',
    bucket: environment['S3_BUCKET'] ?? 'vision',
    accessKeyId,
    secretAccessKey,
    readonlyAccessKeyId: environment['S3_READONLY_ACCESS_KEY_ID'] ?? accessKeyId,
    readonlySecretAccessKey: environment['S3_READONLY_SECRET_ACCESS_KEY'] ?? secretAccessKey,
  };
}

function watchFor(exited: Promise<unknown>, onCrash: () => void): { expect(stop: () => Promise<unknown>): Promise<unknown> } {
  let expected = false;
  void exited.then(() => void (expected || onCrash()));
  return {
    expect: (stop) => {
      expected = true;
      return stop();
    },
  };
}
