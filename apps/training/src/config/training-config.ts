import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { ConfigurationError, readEnvironment, secretProblems, type Environment } from '@app/configuration';
import { DEFAULT_POOL, MODEL_CATALOGUE, parseTrainersFile, poolSchema, type Trainer } from '@app/contracts';
import { passwordsIn } from '@app/observability';
import { z } from 'zod';

const GIB = 1024 ** 3;

const url = (protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine((text) => text.split(',').every((one) => URL.canParse(one.trim()) && protocols.includes(new URL(one.trim()).protocol)), {
    message: `an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`,
  });
const whole = (range: { readonly least: number; readonly most?: number; readonly fallback: number }): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(range.least).max(range.most ?? Number.MAX_SAFE_INTEGER).default(range.fallback);

/** Every variable that the training service reads, with default and reason. */
export const trainingEnvironment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development').describe('production refuses what is for tests, and secrets that are short or well known'),
  NATS_URL: url(['nats:', 'tls:']).describe('NATS with JetStream, user and password inside'),
  NATS_INBOX_PREFIX: z.string().regex(/^[A-Za-z0-9_.-]+$/).default('_INBOX_training').describe("where replies go; the user's allow-list names it"),
  S3_ENDPOINT: url(['http:', 'https:']).describe('the object store as this process reaches it'),
  S3_REGION: z.string().min(1).default('auto').describe('region of the bucket; R2 has one, auto'),
  S3_BUCKET: z.string().min(3).max(63).describe("the bucket of the product, the same as the backend's"),
  S3_ACCESS_KEY_ID: z.string().min(1).describe('a credential that can only read'),
  S3_SECRET_ACCESS_KEY: z.string().min(1).describe('its secret; 16 characters or more in production'),
  WORK_DIRECTORY: z.string().min(1).describe('temporary files and the snapshot cache; may be lost at any time'),
  WORK_LIMIT_BYTES: whole({ least: 1024 * 1024, fallback: 20 * GIB }).describe('most bytes of one attempt'),
  CACHE_LIMIT_BYTES: whole({ least: 0, fallback: 20 * GIB }).describe('most bytes of cached snapshots; 0 turns the cache off'),
  MODEL_CACHE_LIMIT_BYTES: whole({ least: 0, fallback: 2 * GIB }).describe('most bytes of cached models; the one in use always fits'),
  DISK_RESERVE_BYTES: whole({ least: 0, fallback: 256 * 1024 * 1024 }).describe('left free on the disk for everything else that runs there'),
  HEALTH_HOST: z.string().min(1).default('127.0.0.1').describe('where GET /health/ready answers'),
  HEALTH_PORT: whole({ least: 0, most: 65_535, fallback: 3001 }).describe('its port; 0 takes a free one'),
  WORKER_ID: z.string().min(1).max(100).default(hostname().slice(0, 100)).describe('names this process in jobs; two workers have two names').meta({ shownDefault: "the host's name" }),
  POOL: poolSchema.default(DEFAULT_POOL).describe('takes jobs that ask for this pool'),
  ENGINE: z.enum(['onnx']).default('onnx').describe('what trains the built-in models'),
  CODE_VERSION: z.string().regex(/^[\w.+-]{1,40}$/).optional().describe('stands with each model that is trained here and in the list of workers; default: what the build wrote down'),
  TRAINERS_FILE: z.string().optional().describe("the operator's own trainers (docs/external-trainers.md), the same file as the backend's"),
  RUN_TRAINERS: z.enum(['command', 'kubernetes', 'all', 'none']).default('all').describe('which of them this worker runs: those that are programs here, or those that are Jobs of a cluster'),
  TRAINER_NAMESPACE: z.string().max(63).regex(/^[a-z0-9-]+$/).default('vision-trainers').describe('namespace of the Jobs of trainers, with nothing else in it'),
  TRAINER_HELPER_IMAGE: z.string().max(500).optional().describe('the image of this service, for the helpers in the pods of trainers; required where trainers are Jobs'),
  TRAINER_COURIER_PORT: whole({ least: 1, most: 65_535, fallback: 8181 }).describe('where those pods hand out files'),
  TRAINER_KUBERNETES_API: url(['http:', 'https:']).default('https://kubernetes.default.svc').describe('the API server'),
  TRAINER_KUBERNETES_TOKEN_FILE: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount/token').describe('`none`: no token'),
  TRAINER_KUBERNETES_CA_FILE: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt').describe('`none`: the usual authorities'),
  HEARTBEAT_SECONDS: whole({ least: 1, most: 60, fallback: 10 }).describe('proof of life; well below the lease of the backend'),
  CANCEL_POLL_SECONDS: whole({ least: 1, most: 60, fallback: 3 }).describe('between two questions whether the job is still wanted'),
  RPC_TIMEOUT_SECONDS: whole({ least: 1, most: 60, fallback: 5 }).describe('how long the backend may take for an answer'),
  FAILPOINTS_DIRECTORY: z.string().optional().describe('tests only, refused in production: files of this folder break the process at named places'),
  METRICS_PORT: whole({ least: 0, most: 65_535, fallback: 0 }).describe('Prometheus reads GET /metrics here (usually 9464); 0: no listener and nothing is measured'),
  METRICS_HOST: z.string().min(1).default('127.0.0.1').describe('address of that listener; for the network of the operator, not of the users'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:']).optional().describe('where traces are sent (OTLP over HTTP, protobuf); unset: no traces, and nothing for them is loaded. OTEL_EXPORTER_OTLP_HEADERS is heeded'),
  TRACES_FILE: z.string().min(1).optional().describe('traces are appended to this file too, as lines of OTLP JSON; several processes may share it'),
  TRACES_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(1).describe('of the traces that begin here, so many are kept; who sends a traceparent decides for its own'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('what is logged'),
});
export type TrainingEnvironment = z.infer<typeof trainingEnvironment>;

export { ConfigurationError };

/** What production asks of secrets: their lengths in characters. */
const SECRETS = { S3_SECRET_ACCESS_KEY: 16 };

/** Where Jobs of trainers are made. */
export interface ClusterConfig {
  readonly namespace: string;
  readonly helperImage: string;
  readonly courierPort: number;
  readonly url: string;
  readonly tokenFile: string | null;
  readonly caFile: string | null;
}

/** What the service is told by its environment; the only reader of it. */
export class TrainingConfig {
  private constructor(
    private readonly values: TrainingEnvironment,
    /** The operator's own, as far as this worker runs them. */
    readonly trainers: readonly Trainer[],
    /** All of it, for the trainers that are allowed to see some. */
    readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  static read(environment: Environment): TrainingConfig {
    const values = readEnvironment(trainingEnvironment, environment, { problems: (given) => (given['NODE_ENV'] === 'production' ? productionProblems(given) : []) });
    const trainers = trainersOf(values);
    if (trainers.some(({ run }) => run.kind === 'kubernetes') && values.TRAINER_HELPER_IMAGE === undefined) throw new ConfigurationError('TRAINER_HELPER_IMAGE: is not set, and a trainer is a Job of Kubernetes (RUN_TRAINERS=command leaves it to others)');
    return new TrainingConfig(values, trainers, environment);
  }

  get nats(): { url: string; inboxPrefix: string } {
    return { url: this.values.NATS_URL, inboxPrefix: this.values.NATS_INBOX_PREFIX };
  }
  get store(): { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string } {
    const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = this.values;
    return { endpoint, region, bucket, accessKeyId, secretAccessKey };
  }
  get folders(): { workDirectory: string; workLimitBytes: number; reserveBytes: number } {
    return { workDirectory: this.values.WORK_DIRECTORY, workLimitBytes: this.values.WORK_LIMIT_BYTES, reserveBytes: this.values.DISK_RESERVE_BYTES };
  }
  get modelCacheLimitBytes(): number {
    return this.values.MODEL_CACHE_LIMIT_BYTES;
  }
  /** Null: what the build wrote down. */
  get codeVersion(): string | null {
    return this.values.CODE_VERSION ?? null;
  }
  get cacheLimitBytes(): number {
    return this.values.CACHE_LIMIT_BYTES;
  }
  get health(): { host: string; port: number } {
    return { host: this.values.HEALTH_HOST, port: this.values.HEALTH_PORT };
  }
  /** Null where no trainer is a Job. */
  get cluster(): ClusterConfig | null {
    const { TRAINER_NAMESPACE: namespace, TRAINER_HELPER_IMAGE: helperImage, TRAINER_COURIER_PORT: courierPort, TRAINER_KUBERNETES_API: apiUrl } = this.values;
    if (helperImage === undefined || !this.trainers.some(({ run }) => run.kind === 'kubernetes')) return null;
    const { TRAINER_KUBERNETES_TOKEN_FILE: token, TRAINER_KUBERNETES_CA_FILE: ca } = this.values;
    return { namespace, helperImage, courierPort, url: apiUrl, tokenFile: token === 'none' ? null : token, caFile: ca === 'none' ? null : ca };
  }
  get workerId(): string {
    return this.values.WORKER_ID;
  }
  get pool(): string {
    return this.values.POOL;
  }
  get engine(): TrainingEnvironment['ENGINE'] {
    return this.values.ENGINE;
  }
  get helloMilliseconds(): number {
    return this.values.HEARTBEAT_SECONDS * 1000;
  }
  get watch(): { heartbeatMilliseconds: number; pollMilliseconds: number } {
    return { heartbeatMilliseconds: this.values.HEARTBEAT_SECONDS * 1000, pollMilliseconds: this.values.CANCEL_POLL_SECONDS * 1000 };
  }
  get rpcTimeoutMilliseconds(): number {
    return this.values.RPC_TIMEOUT_SECONDS * 1000;
  }
  /** Null outside tests. */
  get failpointsDirectory(): string | null {
    return this.values.FAILPOINTS_DIRECTORY ?? null;
  }
  /** Null: nothing is measured. */
  get metricsListen(): { host: string; port: number } | null {
    return this.values.METRICS_PORT === 0 ? null : { host: this.values.METRICS_HOST, port: this.values.METRICS_PORT };
  }
  get tracing(): { endpoint: string | null; file: string | null; sampleRatio: number } {
    return { endpoint: this.values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null, file: this.values.TRACES_FILE ?? null, sampleRatio: this.values.TRACES_SAMPLE_RATIO };
  }
  /** What no line of the log may hold. */
  get secrets(): readonly string[] {
    return [this.values.S3_SECRET_ACCESS_KEY, ...passwordsIn(this.values.NATS_URL)];
  }
  get logLevel(): TrainingEnvironment['LOG_LEVEL'] {
    return this.values.LOG_LEVEL;
  }
}

function productionProblems(given: Environment): string[] {
  const failpoints = given['FAILPOINTS_DIRECTORY'] === undefined ? [] : ['FAILPOINTS_DIRECTORY: is for tests and not allowed in production'];
  return [...failpoints, ...secretProblems(given, { secrets: SECRETS, urls: ['NATS_URL'] })];
}

function trainersOf({ TRAINERS_FILE: path, RUN_TRAINERS: which }: TrainingEnvironment): readonly Trainer[] {
  if (path === undefined) return [];
  try {
    const trainers = parseTrainersFile(readFileSync(path, 'utf8'), MODEL_CATALOGUE.map(({ id }) => id));
    return trainers.filter(({ run }) => which === 'all' || which === run.kind);
  } catch (error) {
    throw new ConfigurationError(`TRAINERS_FILE: ${error instanceof Error ? error.message : 'it cannot be read'}`, { cause: error });
  }
}
