import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import type { StreamName } from '@app/contracts';
import type { NatsLink } from '../connection/nats-link.js';
import { traceHeaders } from '../trace-headers.js';
import { reasonOf } from '../messaging-log.js';

export interface StreamMessage {
  readonly subject: string;
  readonly stream: StreamName;
  /** The broker drops a repeat of the same id. */
  readonly id: string;
  readonly payload: Uint8Array;
  readonly traceparent?: string;
}

const WAIT_MILLISECONDS = 5_000;

/**
 * Publishes many messages to JetStream under one inbox and waits for what the broker says of each. The client's own `publish` makes a promise, a timer and
 * two errors with stack traces for every message, in case it needs them: for events of small writes that is most of the work of a relay.
 */
export class ConfirmedPublisher {
  constructor(
    private readonly link: NatsLink,
    private readonly waitMilliseconds: number = WAIT_MILLISECONDS,
  ) {}

  /** For each message in its order null when the stream has stored it, or why it has not. Throws `unavailable` without a connection. */
  async publishAll(messages: readonly StreamMessage[]): Promise<readonly (Error | null)[]> {
    const outcomes = messages.map((): Error | null | undefined => undefined);
    if (messages.length > 0) await this.exchange(messages, outcomes);
    return outcomes.map((outcome) => (outcome === undefined ? new Error('The broker did not confirm the event in time') : outcome));
  }

  private async exchange(messages: readonly StreamMessage[], outcomes: (Error | null | undefined)[]): Promise<void> {
    const connection = this.link.current();
    const inbox = this.link.newInbox();
    const { promise, resolve } = confirmation();
    let left = messages.length;
    const settle = (index: number, outcome: Error | null): void => {
      if (!(index in outcomes) || outcomes[index] !== undefined) return;
      outcomes[index] = outcome;
      left -= 1;
      if (left === 0) resolve();
    };
    const subscription = connection.subscribe(`${inbox}.*`, {
      callback: (error, answer) => {
        // Of the subscription: no message comes any more.
        if (error !== null) messages.forEach((_, index) => settle(index, error));
        else settle(Number(answer.subject.slice(inbox.length + 1)), refusalOf(answer));
      },
    });
    const timer = setTimeout(resolve, this.waitMilliseconds);
    try {
      messages.forEach(({ subject, stream, id, payload, traceparent }, index) => {
        try {
          connection.publish(subject, payload, { reply: `${inbox}.${index}`, headers: headersOf(stream, id, traceparent) });
        } catch (error) {
          settle(index, error instanceof Error ? error : new Error(reasonOf(error)));
        }
      });
      await promise;
    } finally {
      clearTimeout(timer);
      subscription.unsubscribe();
    }
  }
}

function confirmation(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function headersOf(stream: StreamName, id: string, traceparent: string | undefined): MsgHdrs {
  const all = traceHeaders(traceparent) ?? headers();
  all.set('Nats-Msg-Id', id);
  all.set('Nats-Expected-Stream', stream);
  return all;
}

/** No responders (503) is how a server without JetStream, or without the stream, answers. */
function refusalOf(answer: Msg): Error | null {
  if (answer.headers?.code === 503) return new Error('No stream takes the event');
  try {
    const said = answer.json<{ readonly stream?: unknown; readonly error?: { readonly description?: unknown } }>();
    if (said.error !== undefined) return new Error(`The broker refused the event: ${String(said.error.description)}`);
    return typeof said.stream === 'string' && said.stream !== '' ? null : new Error('The broker confirmed no stream');
  } catch {
    return new Error('The broker answered with no JSON');
  }
}
