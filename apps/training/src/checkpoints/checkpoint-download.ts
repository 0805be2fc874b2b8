import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { TrainingGrant } from '@app/contracts';
import type { ObjectStore } from '@app/object-store';
import { ObjectReader } from '../dataset-source/object-reader.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { TrainingLog } from '../training-log.js';

/** A checkpoint in the store, and how people are told of it. */
export type GrantedCheckpoint = NonNullable<TrainingGrant['init_from']> & { readonly what: string };

/** Fetches a state that an attempt begins with. Wrong bytes are fetched once more, then the attempt fails: nothing unchecked is loaded. */
export async function downloadCheckpoint(
  store: Pick<ObjectStore, 'get'>,
  from: GrantedCheckpoint,
  to: { readonly path: string; readonly signal: AbortSignal; readonly log: TrainingLog },
): Promise<void> {
  for (let tries = 0; tries < 2; tries += 1) {
    const hash = createHash('sha256');
    const stream = new ObjectReader(store, { key: from.key, sizeBytes: from.size_bytes }, to).stream();
    await pipeline(
      stream,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(to.path, { mode: 0o600 }),
      { signal: to.signal },
    );
    if (hash.digest('hex') === from.sha256) return;
    to.log.warn(`${from.what} is not what was stored`);
  }
  await rm(to.path, { force: true });
  throw new AttemptFailure('corrupt-checkpoint', `${from.what.charAt(0).toUpperCase()}${from.what.slice(1)} does not have the content that was stored.`, { retryable: false });
}
