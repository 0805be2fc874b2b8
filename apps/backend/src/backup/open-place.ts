import { resolve } from 'node:path';
import { readEnvironment, type Environment } from '@app/configuration';
import type { S3ObjectStoreOptions } from '@app/object-store';
import { backupEnvironment } from './backup-environment.js';
import type { BackupPlace } from './backup-place.port.js';
import { BucketPlace } from './bucket-place.js';
import { FolderPlace } from './folder-place.js';

export interface PlaceFacts {
  readonly environment: Environment;
  /** What BACKUP_S3_* fall back to; its bucket is not used. */
  readonly store: S3ObjectStoreOptions;
  /** What a folder is relative to. */
  readonly folder: string;
}

/** `s3://bucket/some/folder`, or a folder. Errors: `ConfigurationError`, `RangeError` where the text names no place, or the product's own bucket. */
export function openPlace(text: string, { environment, store, folder }: PlaceFacts): BackupPlace {
  if (!text.startsWith('s3://')) return new FolderPlace(resolve(folder, text));
  const [bucket = '', ...path] = text.slice('s3://'.length).split('/').filter((part) => part !== '');
  if (bucket === '') throw new RangeError(`${text} names no bucket: s3://bucket/folder`);
  const { BACKUP_S3_ENDPOINT, BACKUP_S3_REGION, BACKUP_S3_ACCESS_KEY_ID, BACKUP_S3_SECRET_ACCESS_KEY } = readEnvironment(backupEnvironment, environment);
  const endpoint = BACKUP_S3_ENDPOINT ?? store.endpoint;
  if (endpoint === store.endpoint && bucket === store.bucket) throw new RangeError(`${text} is the bucket that is to be saved: who loses the one loses the other`);
  const keys = { accessKeyId: BACKUP_S3_ACCESS_KEY_ID ?? store.accessKeyId, secretAccessKey: BACKUP_S3_SECRET_ACCESS_KEY ?? store.secretAccessKey };
  return new BucketPlace({ ...keys, endpoint, region: BACKUP_S3_REGION ?? store.region, bucket }, path.map((part) => `${part}/`).join(''));
}
