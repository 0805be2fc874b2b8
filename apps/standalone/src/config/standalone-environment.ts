import { ConfigurationError, readEnvironment, type Environment } from '@app/configuration';
import { LocalServiceError } from '@app/local-services';
import { z } from 'zod';

const url = (protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { message: `a URL that begins with ${protocols.map((one) => `${one}//`).join(' or ')}` });

/** What `npm start` itself reads. What it hands on is checked by the program that it is for. */
export const standaloneEnvironment = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional().describe('Postgres 15 or newer instead of the embedded one'),
  NATS_URL: url(['nats:', 'tls:']).optional().describe('NATS with JetStream instead of the embedded one, user and password inside'),
  TRAINING_NATS_URL: url(['nats:', 'tls:']).optional().describe('a user of its own for the training service (allow-list in libs/local-services/src/nats/vision-nats-users.ts); without it both share NATS_URL'),
  NATS_SERVER_BIN: z.string().optional().describe('a nats-server of your own instead of the search for one'),
  S3_ENDPOINT: url(['http:', 'https:']).optional().describe('R2 or S3 instead of the embedded object store; the variables below belong to it'),
  S3_PUBLIC_ENDPOINT: url(['http:', 'https:']).optional().describe('the object store as browsers reach it; default S3_ENDPOINT'),
  S3_REGION: z.string().min(1).default('auto').describe('region of the bucket; R2 has one, auto'),
  S3_BUCKET: z.string().min(3).max(63).default('vision').describe('the bucket of the product; nothing else writes into it'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('a pair that may read and write the bucket; required with S3_ENDPOINT'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('its secret'),
  S3_READONLY_ACCESS_KEY_ID: z.string().optional().describe('a pair that can only read, for the training service; without it the other pair is used'),
  S3_READONLY_SECRET_ACCESS_KEY: z.string().optional().describe('its secret'),
  JWT_SECRET: z.string().min(32).optional().describe('signs access tokens; without it one is made at the first start and kept in the data folder. Several backends share one'),
  STORE_CHECK: z.enum(['on', 'off']).default('on').describe('whether the store is examined in the background after the start'),
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production').describe('of the backend and the training service'),
  NODE_OPTIONS: z.string().default('--max-semi-space-size=2 --max-old-space-size=512').describe('of the backend: an end to its heap keeps it small'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional().describe('when it is set, the terminal shows what the programs log; without it info goes into the log files only'),
  WORKER_ID: z.string().max(100).default('local-1').describe('names the training worker'),
});

/** Errors: `LocalServiceError` with a line for each variable that is wrong. */
export function checkEnvironment(environment: Environment): void {
  try {
    readEnvironment(standaloneEnvironment, environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new WrongEnvironment(error);
  }
}

/** A start with the same environment fails the same way. */
export class WrongEnvironment extends LocalServiceError {
  constructor(cause: ConfigurationError) {
    super(`It cannot start with this environment (docs/configuration.md):\n${cause.message}`, { cause });
  }
}
