import { S3Client } from '@aws-sdk/client-s3';
import { traceCalls } from './traced-calls.js';
import { meterClient } from './meter/metered-client.js';
import type { StoreMeter } from './meter/store-meter.js';

export interface S3ClientOptions {
  /** Absent: AWS by region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Tries of one call in all, with growing random pauses. 4. */
  readonly maxAttempts?: number;
  /** A store that says nothing for so long is away. 15 s: R2 has been seen to take 10 s for a Complete. */
  readonly requestTimeoutMilliseconds?: number;
  /** Counts what leaves. Left out: nobody counts. */
  readonly meter?: StoreMeter;
}

export const DEFAULT_REQUEST_TIMEOUT_MILLISECONDS = 15_000;
const CONNECT_TIMEOUT_MILLISECONDS = 5_000;

/** A client with the settings that S3, R2 and the embedded store take alike (design/embedded.md). */
export function createS3Client(options: S3ClientOptions): S3Client {
  const client = new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: options.maxAttempts ?? 4,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MILLISECONDS, requestTimeout: options.requestTimeoutMilliseconds ?? DEFAULT_REQUEST_TIMEOUT_MILLISECONDS, throwOnRequestTimeout: true },
  });
  traceCalls(client);
  if (options.meter !== undefined) meterClient(client, options.meter);
  return client;
}
