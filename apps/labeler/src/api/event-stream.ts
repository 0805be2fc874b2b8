import { send } from './http.js';
import { Problem } from './problem.js';
import { SseParser, type ServerSentEvent } from './sse-parser.js';

export type StreamStatus = 'connecting' | 'live' | 'lost';

export interface FollowOptions {
  /** Where to go on; empty: from now. */
  readonly lastEventId: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ServerSentEvent) => void;
  readonly onStatus: (status: StreamStatus) => void;
  /** Asked when the server ended the stream: false when there is nothing more to come. */
  readonly goOn: () => boolean;
}

/** The server sends a comment every 15 s; three missed ones mean a dead connection that nobody told us of. */
const SILENCE_MILLISECONDS = 45_000;
const FIRST_WAIT_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 30_000;

/**
 * Follows server-sent events by fetch, since EventSource cannot send a bearer token. Reconnects with `Last-Event-ID`, so that nothing
 * is missed. Ends on abort, when `goOn` says no, or on a refusal that a repeat cannot change (4xx but 401 and 429).
 */
export async function followEvents(path: string, options: FollowOptions): Promise<void> {
  const parser = { lastEventId: options.lastEventId, retryMilliseconds: FIRST_WAIT_MILLISECONDS };
  let failures = 0;
  while (!options.signal.aborted) {
    options.onStatus(failures === 0 ? 'connecting' : 'lost');
    try {
      await readOnce(path, parser, options, () => {
        failures = 0;
        options.onStatus('live');
      });
      if (!options.goOn()) return;
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    failures += 1;
    await pause(waitMilliseconds(failures, parser.retryMilliseconds, Math.random()), options.signal);
  }
}

/** Doubles up to a limit; jitter, so that a hundred pages do not come back at once. */
export function waitMilliseconds(failures: number, base: number, random: number): number {
  return Math.min(LONGEST_WAIT_MILLISECONDS, base * 2 ** Math.min(10, failures - 1)) * (0.75 + random / 2);
}

interface Position {
  lastEventId: string;
  retryMilliseconds: number;
}

async function readOnce(path: string, position: Position, options: FollowOptions, onOpen: () => void): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([options.signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
  try {
    const response = await send('GET', path, { signal, headers: { accept: 'text/event-stream', ...(position.lastEventId === '' ? {} : { 'last-event-id': position.lastEventId }) } });
    if (response.body === null) return;
    onOpen();
    const parser = new SseParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
      for (const event of parser.feed(piece.value)) hand(event, position, options);
      position.retryMilliseconds = parser.retryMilliseconds ?? position.retryMilliseconds;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Remembered after it was handled: what failed on the way comes again. */
function hand(event: ServerSentEvent, position: Position, options: FollowOptions): void {
  options.onEvent(event);
  if (event.id !== '') position.lastEventId = event.id;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
