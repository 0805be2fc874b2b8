import { Readable } from 'node:stream';
import { storeError } from './store-errors.js';

/**
 * The body of an answer under the rules of the port: a connection that breaks is `StoreUnavailable` and never a short object, an abort gives the
 * signal's reason, and whoever destroys the stream lets go of the connection, read or not.
 */
export function guardedBody(body: Readable, signal?: AbortSignal): Readable {
  const abort = (): void => void body.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  // Its errors come out of the loop below; without a listener one before the first read would end the process.
  body.on('error', () => undefined);
  const guarded = Readable.from(mapped(body, signal), { objectMode: false });
  guarded.once('close', () => {
    signal?.removeEventListener('abort', abort);
    body.destroy();
  });
  if (signal?.aborted === true) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return guarded;
}

async function* mapped(body: Readable, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw storeError(error, signal);
  }
}
