import { isIP } from 'node:net';
import { readFileSync } from 'node:fs';
import { ConfigurationError, readEnvironment, secretProblems, type Environment } from '@app/configuration';
import { MODEL_CATALOGUE, parseTrainersFile, type Trainer } from '@app/contracts';
import { passwordsIn } from '@app/observability';
import { z } from 'zod';
import { COST_VARIABLES } from './cost-variables.js';
import { RETENTION_VARIABLES, retentionOf, type Retention } from './retention-variables.js';
import { count } from './variable-forms.js';

const secret = (least: number): z.ZodString => z.string().min(least, `at least ${least} characters`);
const url = (protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { message: `a URL that begins with ${protocols.map((one) => `${one}//`).join(' or ')}` });
const limit = z.coerce.number().int().min(1).max(100_000).optional();

/** `10.0.0.0/8, ::1`: a proxy that is named wrongly would make every client look like one, or let each choose who it is. */
const addressRanges = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((one) => one.trim()).filter((one) => one !== ''))
  .refine((ranges) => ranges.every(isAddressRange), { message: 'addresses or ranges such as 10.0.0.0/8, with commas between' });

function isAddressRange(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  return version !== 0 && text.split('/').length <= 2 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)));
}
/** Areas of the bucket that are the product's own. */
const OWN_PREFIXES = ['datasets/', 'models/', 'staging/'];
const isImportPrefix = (prefix: string): boolean => /^[^/].*\/$/.test(prefix) && !OWN_PREFIXES.some((own) => prefix.startsWith(own));
const prefixes = z
  .string()
  .default('imports/')
  .transform((text) => text.split(',').map((one) => one.trim()).filter((one) => one !== ''))
  .refine((list) => list.every(isImportPrefix), 'folders that end in /, and none under datasets/, models/ or staging/');

const origins = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((one) => one.trim()).filter((one) => one !== ''))
  .refine((list) => list.every((one) => URL.canParse(one) && new URL(one).origin === one), 'origins such as https://vision.example, with commas between');

/** Every variable that the backend reads, with default and reason. docs/configuration.md is written from it. */
export const backendEnvironment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development').describe('production refuses secrets that are short, well known, or equal to each other'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('port to listen on; 0 takes a free one'),
  PUBLIC_URL: url(['http:', 'https:']).optional().describe('address that browsers use; decides on secure cookies'),
  TRUSTED_PROXIES: addressRanges.describe('whose X-Forwarded-For is believed; logins are counted by address. None: the header is ignored'),
  DATABASE_URL: url(['postgres:', 'postgresql:']).describe('Postgres 15 or newer'),
  DATABASE_POOL_SIZE: count(10, 200).describe('connections of this process'),
  MIGRATE_AT_START: z.enum(['on', 'off']).default('on').describe('off: another program runs the migrations (a Job of the cluster), and the start waits up to five minutes for it'),
  NATS_URL: url(['nats:', 'tls:']).describe('NATS with JetStream, user and password inside'),
  NATS_STREAM_REPLICAS: count(1, 5).describe('copies of each stream: 3 on a cluster of three servers; a single server has room for 1 only'),
  S3_ENDPOINT: url(['http:', 'https:']).describe('the object store as this process reaches it'),
  S3_PUBLIC_ENDPOINT: url(['http:', 'https:']).optional().describe('the object store as browsers reach it; default S3_ENDPOINT'),
  S3_REGION: z.string().min(1).default('auto').describe('region of the bucket; R2 has one, auto'),
  S3_BUCKET: z.string().min(3).max(63).describe('the bucket of the product; nothing else writes into it'),
  S3_ACCESS_KEY_ID: z.string().min(1).describe('a pair that may read and write the bucket'),
  S3_SECRET_ACCESS_KEY: z.string().min(1).describe('its secret; 16 characters or more in production'),
  S3_READONLY_ACCESS_KEY_ID: z.string().min(1).optional().describe('the pair of the training service: not used here, only examined'),
  S3_READONLY_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('its secret; without both it is not examined that training cannot write'),
  STORE_CHECK: z.enum(['on', 'off']).default('on').describe('whether the store is examined in the background after the start'),
  STORE_CORS: z.enum(['check', 'set']).default('check').describe('set: the bucket is the product\'s own, so its CORS rules are written; else they are examined only'),
  PAGE_ORIGINS: origins.describe('origins of the page, with commas between; default that of PUBLIC_URL'),
  JWT_SECRET: secret(32).describe('signs access tokens and page cursors'),
  ADMIN_EMAIL: z.email().optional().describe('the first administrator, made when there is no user'),
  ADMIN_PASSWORD: secret(12).optional().describe('their first password'),
  WEB_ROOT: z.string().optional().describe('folder of the built web page'),
  TRAINING_LEASE_SECONDS: count(60, 3600).describe('a worker silent for so long has lost its job'),
  TRAINING_MAX_RUNNING: limit.describe('training jobs that run at the same time, in all; empty: no limit but the workers'),
  TRAINING_MAX_RUNNING_PER_USER: limit.describe('the same for one user'),
  TRAINING_MAX_RUNNING_PER_DATASET: limit.describe('the same for one dataset'),
  TRAINING_CLAIM_SECONDS: count(30, 3600).describe('a job that was handed to the workers and is not claimed for so long, though one is free, is handed out again'),
  TRAINERS_FILE: z.string().optional().describe("the operator's own trainers (docs/external-trainers.md); the workers that run them have the same file"),
  SNAPSHOT_ZIP_GRACE_MINUTES: count(120, 525_600).describe('a zip that a newer version replaces is dropped after so long without use; it can be made again'),
  PART_COPY_RETRY_SECONDS: count(600, 86_400).describe('a store that said that it copies no parts of objects is asked again after so long: it may have been upgraded, or a proxy was wrong'),
  ...COST_VARIABLES,
  ...RETENTION_VARIABLES,
  IMAGE_WORKERS: z.coerce.number().int().min(0).max(64).default(1).describe('processes of this replica that make thumbnails and previews; 0: it leaves these and the unpacking of zips to others'),
  MAX_UPLOAD_BYTES: count(20 * 1000 ** 3).describe('largest zip'),
  FAILPOINTS_DIRECTORY: z.string().optional().describe('tests only, refused in production: files of this folder break the process at named places'),
  UPLOAD_IDLE_SECONDS: count(60, 3600).describe('an upload of which no byte comes for so long is given up; its client may be gone without a word'),
  IMPORT_PREFIXES: prefixes.describe('where in the bucket images may lie that are registered without a copy; separated by commas, empty for nowhere'),
  SHUTDOWN_NOTICE_SECONDS: z.coerce.number().int().min(0).max(120).default(0).describe('on SIGTERM: so long a load balancer gets to notice that this process is not ready any more, while it still answers; 0 where there is none'),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Prometheus reads GET /metrics here (usually 9464); 0: no listener and nothing is measured'),
  METRICS_HOST: z.string().min(1).default('127.0.0.1').describe('address of that listener; for the network of the operator, not of the users'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:']).optional().describe('where traces are sent (OTLP over HTTP, protobuf); unset: no traces, and nothing for them is loaded. OTEL_EXPORTER_OTLP_HEADERS is heeded'),
  TRACES_FILE: z.string().min(1).optional().describe('traces are appended to this file too, as lines of OTLP JSON; several processes may share it'),
  TRACES_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(1).describe('of the traces that begin here, so many are kept; who sends a traceparent decides for its own'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('what is logged'),
});
export type BackendEnvironment = z.infer<typeof backendEnvironment>;

export { ConfigurationError };

/** What production asks of secrets: their lengths in characters. R2's have 64, those of S3 40. */
const SECRETS = { JWT_SECRET: 32, S3_SECRET_ACCESS_KEY: 16, S3_READONLY_SECRET_ACCESS_KEY: 16, ADMIN_PASSWORD: 12 };

/** What the backend is told by its environment; the only reader of it. Injected as this class. */
export class BackendConfig {
  private constructor(
    private readonly values: BackendEnvironment,
    /** The operator's own. */
    readonly trainers: readonly Trainer[],
  ) {}

  static read(environment: Environment): BackendConfig {
    const values = readEnvironment(backendEnvironment, environment, { problems: (given) => (given['NODE_ENV'] === 'production' ? productionProblems(given) : []) });
    return new BackendConfig(values, trainersOf(values.TRAINERS_FILE));
  }

  get isProduction(): boolean {
    return this.values.NODE_ENV === 'production';
  }
  get listen(): { host: string; port: number } {
    return { host: this.values.HOST, port: this.values.PORT };
  }
  get publicUrl(): string | undefined {
    return this.values.PUBLIC_URL;
  }
  get trustedProxies(): string[] {
    return this.values.TRUSTED_PROXIES;
  }
  get database(): { url: string; poolSize: number } {
    return { url: this.values.DATABASE_URL, poolSize: this.values.DATABASE_POOL_SIZE };
  }
  get migratesAtStart(): boolean {
    return this.values.MIGRATE_AT_START === 'on';
  }
  get natsUrl(): string {
    return this.values.NATS_URL;
  }
  get natsStreamReplicas(): number {
    return this.values.NATS_STREAM_REPLICAS;
  }
  get store(): { endpoint: string; publicEndpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string; kind: 'r2' | 's3' } {
    const endpoint = this.values.S3_ENDPOINT;
    return {
      endpoint,
      publicEndpoint: this.values.S3_PUBLIC_ENDPOINT ?? endpoint,
      region: this.values.S3_REGION,
      bucket: this.values.S3_BUCKET,
      accessKeyId: this.values.S3_ACCESS_KEY_ID,
      secretAccessKey: this.values.S3_SECRET_ACCESS_KEY,
      kind: new URL(endpoint).hostname.endsWith('.r2.cloudflarestorage.com') ? 'r2' : 's3',
    };
  }
  /** What the check of the store must know beside the store itself. */
  get storeCheck(): { enabled: boolean; setsCors: boolean; pageOrigins: readonly string[]; readonlyCredential?: { accessKeyId: string; secretAccessKey: string } } {
    const { S3_READONLY_ACCESS_KEY_ID: accessKeyId, S3_READONLY_SECRET_ACCESS_KEY: secretAccessKey } = this.values;
    const pageOrigins = this.values.PAGE_ORIGINS.length > 0 || this.publicUrl === undefined ? this.values.PAGE_ORIGINS : [new URL(this.publicUrl).origin];
    const readonly = accessKeyId === undefined || secretAccessKey === undefined ? {} : { readonlyCredential: { accessKeyId, secretAccessKey } };
    return { enabled: this.values.STORE_CHECK === 'on', setsCors: this.values.STORE_CORS === 'set', pageOrigins, ...readonly };
  }
  get jwtSecret(): string {
    return this.values.JWT_SECRET;
  }
  get firstAdministrator(): { email: string; password: string } | null {
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = this.values;
    return email === undefined || password === undefined ? null : { email, password };
  }
  get webRoot(): string | undefined {
    return this.values.WEB_ROOT;
  }
  get trainingLeaseSeconds(): number {
    return this.values.TRAINING_LEASE_SECONDS;
  }
  /** Null: no limit. */
  get trainingLimits(): { total: number | null; perUser: number | null; perDataset: number | null } {
    const { TRAINING_MAX_RUNNING: total, TRAINING_MAX_RUNNING_PER_USER: perUser, TRAINING_MAX_RUNNING_PER_DATASET: perDataset } = this.values;
    return { total: total ?? null, perUser: perUser ?? null, perDataset: perDataset ?? null };
  }
  get trainingClaimSeconds(): number {
    return this.values.TRAINING_CLAIM_SECONDS;
  }
  get snapshotZipGraceMinutes(): number {
    return this.values.SNAPSHOT_ZIP_GRACE_MINUTES;
  }
  get partCopyRetrySeconds(): number {
    return this.values.PART_COPY_RETRY_SECONDS;
  }
  get prices(): { storageGbMonth: number; classAMillion: number; classBMillion: number; egressGb: number } {
    const { PRICE_STORAGE_GB_MONTH: storageGbMonth, PRICE_CLASS_A_MILLION: classAMillion, PRICE_CLASS_B_MILLION: classBMillion, PRICE_EGRESS_GB: egressGb } = this.values;
    return { storageGbMonth, classAMillion, classBMillion, egressGb };
  }
  /** 0: never. */
  get costInventoryHours(): number {
    return this.values.COST_INVENTORY_HOURS;
  }
  get cleanUpLookSeconds(): number {
    return this.values.CLEAN_UP_LOOK_SECONDS;
  }
  /** How long what may go is kept. */
  get retention(): Retention {
    return retentionOf(this.values);
  }
  get storeCountsSeconds(): number {
    return this.values.STORE_COUNTS_SECONDS;
  }
  get imageWorkers(): number {
    return this.values.IMAGE_WORKERS;
  }
  get maxUploadBytes(): number {
    return this.values.MAX_UPLOAD_BYTES;
  }
  /** Null outside tests. */
  get failpointsDirectory(): string | null {
    return this.values.FAILPOINTS_DIRECTORY ?? null;
  }
  get uploadIdleSeconds(): number {
    return this.values.UPLOAD_IDLE_SECONDS;
  }
  get importPrefixes(): readonly string[] {
    return this.values.IMPORT_PREFIXES;
  }
  get shutdownNoticeMilliseconds(): number {
    return this.values.SHUTDOWN_NOTICE_SECONDS * 1000;
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
    const { JWT_SECRET, S3_SECRET_ACCESS_KEY, S3_READONLY_SECRET_ACCESS_KEY, ADMIN_PASSWORD, DATABASE_URL, NATS_URL } = this.values;
    return [JWT_SECRET, S3_SECRET_ACCESS_KEY, S3_READONLY_SECRET_ACCESS_KEY ?? '', ADMIN_PASSWORD ?? '', ...passwordsIn(DATABASE_URL, NATS_URL)];
  }
  get logLevel(): BackendEnvironment['LOG_LEVEL'] {
    return this.values.LOG_LEVEL;
  }
}

function productionProblems(given: Environment): string[] {
  const failpoints = given['FAILPOINTS_DIRECTORY'] === undefined ? [] : ['FAILPOINTS_DIRECTORY: is for tests and not allowed in production'];
  return [...failpoints, ...secretProblems(given, { secrets: SECRETS, urls: ['DATABASE_URL', 'NATS_URL'] })];
}

function trainersOf(path: string | undefined): readonly Trainer[] {
  if (path === undefined) return [];
  try {
    return parseTrainersFile(readFileSync(path, 'utf8'), MODEL_CATALOGUE.map(({ id }) => id));
  } catch (error) {
    throw new ConfigurationError(`TRAINERS_FILE: ${error instanceof Error ? error.message : 'it cannot be read'}`, { cause: error });
  }
}
