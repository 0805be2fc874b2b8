import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface SseEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A comment after so much silence, so that proxies keep the connection and the client knows that it lives. */
const HEARTBEAT_MILLISECONDS = 15_000;
const RECONNECT_MILLISECONDS = 2_000;
const ENDED = Symbol('ended');
type Ended = { readonly end: typeof ENDED };
const END: Ended = { end: ENDED };

/** Requests that are answered by events until somebody leaves. */
const streaming = new WeakSet<FastifyRequest>();
export const isEventStream = (request: FastifyRequest): boolean => streaming.has(request);

/** By the server that they belong to. */
const openStreams = new WeakMap<object, Set<AbortController>>();

/** Ends the streams when the server is about to close: they have no end of their own, and a server waits for its answers. Clients come back by themselves. */
export function endStreamsOnClose(fastify: FastifyInstance): void {
  const open = new Set<AbortController>();
  openStreams.set(fastify.server, open);
  fastify.addHook('preClose', (done) => {
    for (const stream of open) stream.abort();
    done();
  });
}

/** The `Last-Event-ID` of a client that comes back; digits only, else null. */
export function lastEventId(request: FastifyRequest): string | null {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && /^\d{1,18}$/.test(header) ? header : null;
}

/**
 * Writes events as text/event-stream until the source ends, the client leaves or the process stops. The first event is asked for before
 * the first byte is sent, so that a refusal is still a problem document. Waits for a slow client instead of gathering for it.
 */
export async function streamEvents(request: FastifyRequest, reply: FastifyReply, open: (signal: AbortSignal) => AsyncIterable<SseEvent | null>): Promise<void> {
  const left = new AbortController();
  const streams = openStreams.get(request.server.server);
  streams?.add(left);
  reply.raw.once('close', () => streams?.delete(left));
  request.raw.once('close', () => left.abort());
  const source = open(left.signal)[Symbol.asyncIterator]();
  const first = await source.next();
  reply.hijack();
  streaming.add(request);
  const raw = reply.raw;
  raw.on('error', () => left.abort());
  raw.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'keep-alive' });
  raw.write(`retry: ${RECONNECT_MILLISECONDS}\n\n`);
  try {
    await pump(source, first, { raw, signal: left.signal });
  } catch {
    // The client asks again with Last-Event-ID and then gets the reason as a problem document.
  } finally {
    left.abort();
    await source.return?.();
    raw.end();
  }
}

async function pump(
  source: AsyncIterator<SseEvent | null>,
  first: IteratorResult<SseEvent | null>,
  to: { readonly raw: FastifyReply['raw']; readonly signal: AbortSignal },
): Promise<void> {
  let pending = Promise.resolve(first);
  while (!to.signal.aborted) {
    const next = await nextOrHeartbeat(pending, to.signal);
    if (next !== null && 'end' in next) return;
    if (next === null) {
      await write(to.raw, ': still here\n\n');
      continue;
    }
    if (next.done === true) return;
    if (next.value !== null) await write(to.raw, `id: ${next.value.id}\nevent: ${next.value.event}\ndata: ${JSON.stringify(next.value.data)}\n\n`);
    pending = source.next();
  }
}

async function nextOrHeartbeat<T extends object>(pending: Promise<T>, signal: AbortSignal): Promise<T | null | Ended> {
  const timer = new AbortController();
  try {
    return await Promise.race([pending, sleep(HEARTBEAT_MILLISECONDS, null, { signal: AbortSignal.any([signal, timer.signal]) }).catch((): Ended => END)]);
  } finally {
    timer.abort();
  }
}

async function write(raw: FastifyReply['raw'], text: string): Promise<void> {
  if (raw.write(text)) return;
  await new Promise<void>((resolve) => {
    raw.once('drain', resolve);
    raw.once('close', resolve);
  });
}

/** Security headers and the like that hooks have set so far. */
function headersOf(reply: FastifyReply): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).filter(([name, value]) => value !== undefined && name !== 'content-length').map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]));
}
