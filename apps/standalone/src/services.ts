import { join } from 'node:path';
import { startNats, startPostgres, visionNatsUsers } from '@app/local-services';
import { pageOrigins, storePublicUrl } from './addresses.js';
import { brokerFromEnvironment, databaseFromEnvironment, storeFromEnvironment, type Environment } from './external-services.js';
import type { StandaloneOptions } from './options.js';
import type { ProcessLog } from './process-log.js';
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
  /** Of the web page. */
  readonly port: number;
  readonly secrets: Secrets;
  readonly environment: Environment;
  readonly log: (line: string) => void;
  /** Where the output of a part goes. */
  readonly outputOf: (name: string) => ProcessLog;
  readonly onSpawn: (name: string, pid: number) => void;
  /** Called with each part that was started: how to stop it. The last one started stops first. */
  readonly onStarted: (part: { name: string; stop: () => Promise<unknown> }) => void;
  readonly onCrash: (sentence: string) => void;
}

interface RunningPart {
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
}

export async function startServices(context: ServiceContext): Promise<Services> {
  // Before anything is started: a missing key is said at once.
  const store = storeFromEnvironment(context.environment, context.options);
  const databaseUrl = databaseFromEnvironment(context.environment) ?? (await startDatabase(context));
  const natsUrls = brokerFromEnvironment(context.environment) ?? (await startBroker(context));
  return { databaseUrl, natsUrls, store: store ?? (await startStore(context)) };
}

async function startDatabase(context: ServiceContext): Promise<string> {
  context.log('Starting Postgres ...');
  const server = await startPostgres({ dataDirectory: join(context.options.dataDirectory, 'postgres'), log: sentencesOf(context, 'postgres', /^Stopped|cannot reach|system user/) });
  watch('Postgres', server, context);
  return server.url;
}

async function startBroker(context: ServiceContext): Promise<Services['natsUrls']> {
  context.log('Starting NATS ...');
  const server = await startNats({
    dataDirectory: join(context.options.dataDirectory, 'nats'),
    users: visionNatsUsers(context.secrets.nats),
    log: sentencesOf(context, 'nats', /^(Stopped|Fetching|Installing|nats-server could)/),
  });
  watch('NATS', server, context);
  return { backend: server.urlFor('backend'), training: server.urlFor('training'), consumer: server.urlFor('consumer') };
}

async function startStore(context: ServiceContext): Promise<StoreFacts> {
  const { options, secrets, port } = context;
  context.log('Starting the object store ...');
  const keys = secrets.store;
  const store = await startStoreProcess(
    {
      dataDirectory: join(options.dataDirectory, 'store'),
      host: options.host,
      port: options.storePort,
      bucket: 'vision',
      corsOrigins: pageOrigins(options, port),
      credentials: [
        { accessKeyId: keys.access_key_id, secretAccessKey: keys.secret_access_key, mode: 'read-write' },
        { accessKeyId: keys.readonly_access_key_id, secretAccessKey: keys.readonly_secret_access_key, mode: 'read-only' },
      ],
    },
    { output: context.outputOf('object-store'), onSpawn: (pid) => context.onSpawn('object store', pid) },
  );
  watch('The object store', store, context);
  return {
    endpoint: store.endpoint,
    publicEndpoint: storePublicUrl(options, store.endpoint),
    region: 'auto',
    bucket: 'vision',
    accessKeyId: keys.access_key_id,
    secretAccessKey: keys.secret_access_key,
    readonlyAccessKeyId: keys.readonly_access_key_id,
    readonlySecretAccessKey: keys.readonly_secret_access_key,
  };
}

/** Every line into the part's log, the sentences that are for the person to the terminal. */
function sentencesOf(context: ServiceContext, name: string, shown: RegExp): (line: string) => void {
  const output = context.outputOf(name);
  return (line) => {
    output.keep(line);
    if (shown.test(line)) context.log(line);
  };
}

/** The two apps cannot work without it, so when it ends by itself everything stops in order; its data stays good. */
function watch(name: string, part: RunningPart, context: ServiceContext): void {
  let expected = false;
  void part.exited.then((how) => void (expected || context.onCrash(`${name} ended by itself (${howText(how)}). The data is safe; start again.`)));
  context.onStarted({
    name,
    stop: () => {
      expected = true;
      return part.stop();
    },
  });
}

function howText(how: unknown): string {
  if (typeof how !== 'object' || how === null) return String(how);
  const { signal, code } = { signal: null, code: null, ...how };
  return String(signal ?? `code ${String(code)}`);
}
