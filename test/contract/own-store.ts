import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import type { S3ObjectStoreOptions } from '@app/object-store';

export interface OwnStore {
  /** For `startBackend`. */
  readonly environment: Record<string, string>;
  readonly options: S3ObjectStoreOptions;
  /** Keeps the book of what it was asked. */
  readonly server: LocalObjectStore;
  close(): Promise<void>;
}

/** A store of one spec file: those that share one look at everything in it. */
export async function startOwnStore(): Promise<OwnStore> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-own-store-'));
  const keys = { accessKeyId: 'own-store-key', secretAccessKey: 'own-store-secret-0123456789' };
  const bucket = 'vision-own';
  const server = await startObjectStore({ dataDirectory: folder, bucket, credentials: [{ ...keys, mode: 'read-write' }] });
  return {
    environment: { S3_ENDPOINT: server.endpoint, S3_BUCKET: bucket, S3_ACCESS_KEY_ID: keys.accessKeyId, S3_SECRET_ACCESS_KEY: keys.secretAccessKey },
    server,
    options: { endpoint: server.endpoint, bucket, region: 'auto', ...keys },
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
