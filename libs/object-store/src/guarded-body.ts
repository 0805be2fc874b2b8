import { Readable } from 'node:stream';
import { storeError } from './store-errors.js';

/**
 * The body of an answer under the rules of the port: a connection that breaks is `StoreUnavailable` and never a short object, an abort gives the
 * signal's reason, one that stops in the middle for so long is broken, and whoever destroys the stream lets go of the connection, read or not.
 */
export function guardedBody(body: Readable, patienceMilliseconds: number, signal?: AbortSignal): Readable {
  const abort = (): void => void body.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  // Its errors come out of the loop below; without a listener one before the first read would end the process.
  body.on('error', () => undefined);
  const guarded = Readable.from(mapped(body, patienceMilliseconds, signal), { objectMode: false });
  guarded.once('close', () => {
    signal?.removeEventListener('abort', abort);
    body.destroy();
  });
  if (signal?.aborted === true) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return guarded;
}

async function* mapped(body: Readable, patienceMilliseconds: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  // Only the store's time counts, not that of a slow reader.
  const nextChunk = async (): Promise<IteratorResult<Uint8Array>> => {
    const timer = setTimeout(() => body.destroy(new Error('the store stopped in the middle of an answer')), patienceMilliseconds);
    try {
      return await chunks.next();
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    for (let step = await nextChunk(); step.done !== true; step = await nextChunk()) yield step.value;
  } catch (error) {
    throw storeError(error, signal);
  } finally {
    body.destroy();
  }
}
