import { LocalServiceError } from '@app/local-services';
import type { StandaloneOptions } from './options.js';
import type { Services, StoreFacts } from './services.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable; one that is set but empty, as in `.env.example`, counts as not set. */
export function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

export function databaseFromEnvironment(environment: Environment): string | undefined {
  return given(environment, 'DATABASE_URL');
}

export function brokerFromEnvironment(environment: Environment): Services['natsUrls'] | undefined {
  const url = given(environment, 'NATS_URL');
  return url === undefined ? undefined : { backend: url, training: given(environment, 'TRAINING_NATS_URL') ?? url, consumer: url };
}

/** Throws a LocalServiceError when the address is given without its keys. */
export function storeFromEnvironment(environment: Environment, options: Pick<StandaloneOptions, 'storePublicUrl'>): StoreFacts | undefined {
  const endpoint = given(environment, 'S3_ENDPOINT');
  if (endpoint === undefined) return undefined;
  const [accessKeyId, secretAccessKey] = [given(environment, 'S3_ACCESS_KEY_ID'), given(environment, 'S3_SECRET_ACCESS_KEY')];
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new LocalServiceError('S3_ENDPOINT is set, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed too (.env.r2.example shows all of them).');
  const [readonlyId, readonlySecret] = [given(environment, 'S3_READONLY_ACCESS_KEY_ID'), given(environment, 'S3_READONLY_SECRET_ACCESS_KEY')];
  if ((readonlyId === undefined) !== (readonlySecret === undefined)) throw new LocalServiceError('S3_READONLY_ACCESS_KEY_ID and S3_READONLY_SECRET_ACCESS_KEY belong together: set both or none.');
  return {
    endpoint,
    publicEndpoint: options.storePublicUrl ?? given(environment, 'S3_PUBLIC_ENDPOINT') ?? endpoint,
    region: given(environment, 'S3_REGION') ?? 'auto',
    bucket: given(environment, 'S3_BUCKET') ?? 'vision',
    accessKeyId,
    secretAccessKey,
    readonlyAccessKeyId: readonlyId ?? accessKeyId,
    readonlySecretAccessKey: readonlySecret ?? secretAccessKey,
  };
}
