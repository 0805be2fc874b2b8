import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '@app/object-store';
import { ObjectChanged, ObjectReader } from '../dataset-source/object-reader.js';
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
  try {
    const stream = new ObjectReader(ofThisSize(store, wanted), { key: wanted.key, sizeBytes: wanted.size_bytes }, { signal, log }).stream();
    await pipeline(stream, (chunks: AsyncIterable<Uint8Array>) => hashed(chunks, hash), createWriteStream(path, { mode: 0o600 }), { signal });
    if (hash.digest('hex') === wanted.sha256) return true;
  } catch (error) {
    if (!(error instanceof ObjectChanged)) throw error;
  }
  await rm(path, { force: true });
  return false;
}

/** An object of another size is told at once: to wait for bytes that never come would look like a store that is away. */
function ofThisSize(store: Pick<ObjectStore, 'get'>, wanted: WantedObject): Pick<ObjectStore, 'get'> {
  return {
    get: async (key, options) => {
      const got = await store.get(key, options);
      if (options?.range !== undefined || got.sizeBytes === wanted.size_bytes) return got;
      got.body.destroy();
      throw new ObjectChanged(`the object has ${got.sizeBytes} bytes`);
    },
  };
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
