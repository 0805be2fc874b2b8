import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '@app/object-store';
import { ObjectReader } from '../dataset-source/object-reader.js';
import type { TrainingLog } from '../training-log.js';

export interface WantedObject {
  readonly key: string;
  readonly size_bytes: number;
  readonly sha256: string;
}

export interface FetchOptions {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
}

/** Fetches an object into a file; false, and no file, where its content is not what was promised. Throws where the store is away or has no such object. */
export async function fetchObject(store: Pick<ObjectStore, 'get'>, wanted: WantedObject, { path, signal, log }: FetchOptions): Promise<boolean> {
  const hash = createHash('sha256');
  const stream = new ObjectReader(store, { key: wanted.key, sizeBytes: wanted.size_bytes }, { signal, log }).stream();
  await pipeline(
    stream,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { mode: 0o600 }),
    { signal },
  );
  if (hash.digest('hex') === wanted.sha256) return true;
  await rm(path, { force: true });
  return false;
}
