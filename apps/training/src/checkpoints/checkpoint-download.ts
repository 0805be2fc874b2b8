import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { TrainingGrant } from '@app/contracts';
import type { ObjectStore } from '@app/object-store';
import { ObjectReader } from '../dataset-source/object-reader.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { TrainingLog } from '../training-log.js';

export type ResumePoint = NonNullable<TrainingGrant['resume_from']>;

/** Fetches the state that an attempt goes on from. Wrong bytes are fetched once more, then the attempt fails: nothing unchecked is loaded. */
export async function downloadCheckpoint(
  store: Pick<ObjectStore, 'get'>,
  from: ResumePoint,
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
    to.log.warn(`the checkpoint of epoch ${from.epoch} is not what was stored`);
  }
  await rm(to.path, { force: true });
  throw new AttemptFailure('corrupt-checkpoint', `The checkpoint of epoch ${from.epoch} does not have the content that was stored.`, { retryable: false });
}
