import { createWriteStream } from 'node:fs';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { objectKeys, type ObjectStore } from '@app/object-store';
import type { TrainingGrant } from '@app/contracts';

/** Where the model of an epoch may lie that an earlier attempt (or the job that this one is a retry of) has trained, likeliest first. */
export function earlierModelKeys(grant: Pick<TrainingGrant, 'job_id' | 'attempt' | 'resume_from'>, epoch: number, extension = 'onnx'): string[] {
  const ownKeys = [undefined, ...earlierAttempts(grant.attempt)].map((attempt) => objectKeys.checkpoint(grant.job_id, { epoch, extension, attempt }));
  if (grant.resume_from === null) return ownKeys;
  // `models/{job}/checkpoint-epoch-{n}.ckpt`, written by the backend: a retried job begins at the checkpoint of another one.
  const folder = posix.dirname(grant.resume_from.key);
  const besideIt = posix.join(folder, posix.basename(objectKeys.checkpoint(grant.job_id, { epoch, extension })));
  return [...new Set([besideIt, ...ownKeys])];
}

/** Fetches the first of the objects that is there; false when none is. */
export async function downloadFirst(store: Pick<ObjectStore, 'get' | 'head'>, keys: readonly string[], to: { readonly path: string; readonly signal: AbortSignal }): Promise<boolean> {
  for (const key of keys) {
    if ((await store.head(key, to.signal)) === null) continue;
    const { body } = await store.get(key, { signal: to.signal });
    await pipeline(body, createWriteStream(to.path, { mode: 0o600 }), { signal: to.signal });
    return true;
  }
  return false;
}

function earlierAttempts(attempt: number): number[] {
  return Array.from({ length: Math.max(0, attempt - 1) }, (_, index) => attempt - 1 - index);
}
