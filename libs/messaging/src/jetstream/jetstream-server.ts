import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { JsMsg } from '@nats-io/jetstream';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { inSpan, WorkContext } from '@app/observability';
import { lastValueFrom } from 'rxjs';
import { decodeJson } from '../cloud-event-codec.js';
import type { NatsLink } from '../connection/nats-link.js';
import { silentLog, type MessagingLog } from '../messaging-log.js';
import { answer } from '../rpc/rpc-codec.js';
import { readQuestionHeaders } from '../trace-headers.js';
import { DeadLetters } from './dead-letters.js';
import { JETSTREAM_TRANSPORT, type HandlerExtras } from './decorators.js';
import { PullLoop } from './pull-loop.js';
import { DEFAULT_ACK_WAIT_SECONDS, settle, type Outcome, type Settlement } from './settlement.js';
import { ensureConsumer } from './topology.js';

export interface JetStreamServerOptions {
  readonly link: NatsLink;
  readonly app: 'backend' | 'training';
  /** Whether this app makes its consumers itself. An app with a narrow allow-list finds them made. */
  readonly managesTopology: boolean;
  /** Before a consumer is made: streams must be there. */
  readonly ensureStreams?: () => Promise<void>;
  /** Time for handlers in progress when the process stops. 10 s. */
  readonly drainBudgetMilliseconds?: number;
  /** Other names of durables than the handlers give them: for a process that takes from a lane of its own. */
  readonly durableNames?: Readonly<Record<string, string>>;
  /** Hears of every delivery of an event that was settled. */
  readonly onSettled?: (delivery: SettledDelivery) => void;
  readonly log?: MessagingLog;
}

export interface SettledDelivery {
  readonly consumer: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

type Handler = MessageHandler<unknown, unknown, unknown>;

/**
 * Nest transport for `OnEvent` (JetStream, at least once), `OnRequest` (core request/reply, one replica answers) and `OnSignal`.
 * `listen` returns at once: handlers begin when the broker is there, and begin again when it comes back.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JETSTREAM_TRANSPORT;
  private readonly log: MessagingLog;
  private readonly loops: PullLoop[] = [];
  private readonly subscriptions: Subscription[] = [];
  private readonly answering = new Set<Promise<void>>();

  constructor(private readonly options: JetStreamServerOptions) {
    super();
    this.log = options.log ?? silentLog;
  }

  listen(callback: (error?: unknown) => void): void {
    const deadLetters = new DeadLetters(this.options.link, this.options.app);
    for (const head of this.messageHandlers.values()) {
      for (let handler: Handler | undefined = head; handler !== undefined; handler = handler.next) this.bind(handler, deadLetters);
    }
    callback();
  }

  /** Takes nothing new, lets handlers finish within the budget, ends subscriptions. The link is its owner's to close. */
  async close(): Promise<void> {
    const budget = this.options.drainBudgetMilliseconds ?? 10_000;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, budget).unref());
    await Promise.race([Promise.allSettled(this.answering), deadline]);
    await Promise.all(this.loops.map((loop) => loop.stop(budget)));
  }

  on(): void {
    throw new Error('JetStreamServer has no events to listen to; use NatsLink.onConnect');
  }

  unwrap<T>(): T {
    return this.options.link as T;
  }

  private bind(handler: Handler, deadLetters: DeadLetters): void {
    const extras = handler.extras?.['vision'] as HandlerExtras | undefined;
    if (extras === undefined) throw new Error('Handlers of JetStreamServer are declared by OnEvent, OnRequest or OnSignal');
    switch (extras.kind) {
      case 'event':
        this.bindEvent(extras, handler, deadLetters);
        return;
      case 'request':
        void this.subscribe(extras.definition.subject, (question) => this.reply(extras, handler, question));
        return;
      case 'signal':
        void this.subscribe(extras.definition.subject, ({ data }) => this.hear(extras, handler, data));
        return;
    }
  }

  private bindEvent(extras: Extract<HandlerExtras, { kind: 'event' }>, handler: Handler, deadLetters: DeadLetters): void {
    const { source } = extras;
    const consumer = { ...extras.consumer, durable: this.options.durableNames?.[extras.consumer.durable] ?? extras.consumer.durable };
    const concurrency = consumer.concurrency ?? 1;
    const settlement: Settlement = { source, consumer, deadLetters, log: this.log, handle: async (event, context) => void (await this.call(handler, event, context)) };
    const loop = new PullLoop({
      link: this.options.link,
      stream: source.stream,
      durable: consumer.durable,
      concurrency,
      log: this.log,
      prepare: async () => {
        if (!this.options.managesTopology) return;
        await this.options.ensureStreams?.();
        const ackWaitSeconds = consumer.ackWaitSeconds ?? DEFAULT_ACK_WAIT_SECONDS;
        // Room for every replica's handlers; each pull asks for no more than it can handle.
        await ensureConsumer(await this.options.link.manager(), {
          stream: source.stream,
          durable: consumer.durable,
          subject: source.filter,
          ackWaitSeconds,
          maxAckPending: Math.max(16, concurrency * 8),
        });
      },
      onMessage: (message) => this.settleOne(message, settlement),
    });
    this.loops.push(loop);
    loop.start();
  }

  private async settleOne(message: JsMsg, settlement: Settlement): Promise<void> {
    const begunAt = performance.now();
    const outcome = await settle(message, settlement);
    this.options.onSettled?.({ consumer: settlement.consumer.durable, outcome, seconds: (performance.now() - begunAt) / 1000 });
  }

  private async subscribe(subject: string, hear: (message: Msg) => Promise<void>): Promise<void> {
    try {
      const connection = await this.options.link.whenConnected();
      this.subscriptions.push(
        connection.subscribe(subject, {
          queue: `vision-${this.options.app}`,
          callback: (error, message) => {
            if (error !== null) return this.log.error(`${subject}: ${error.message}`);
            const work = hear(message).finally(() => this.answering.delete(work));
            this.answering.add(work);
          },
        }),
      );
    } catch (error) {
      this.log.warn(`${subject} is not served: ${String(error)}`);
    }
  }

  private async reply(extras: Extract<HandlerExtras, { kind: 'request' }>, handler: Handler, question: Msg): Promise<void> {
    const { traceparent, correlationId } = readQuestionHeaders(question.headers);
    const { definition } = extras;
    const handle = (request: unknown): Promise<unknown> => this.call(handler, request, {});
    const traced = (request: unknown): Promise<unknown> => (traceparent === undefined ? handle(request) : inSpan(`answer ${definition.subject}`, { kind: 'server', parent: traceparent }, () => handle(request)));
    const work = (): ReturnType<typeof answer> => answer(definition, question.data, { handle: traced, log: this.log });
    const reply = await (correlationId === null ? work() : WorkContext.run({ correlationId }, work));
    question.respond(new TextEncoder().encode(JSON.stringify(reply)));
  }

  private async hear(extras: Extract<HandlerExtras, { kind: 'signal' }>, handler: Handler, bytes: Uint8Array): Promise<void> {
    const json = decodeJson(bytes);
    const data = json.ok ? extras.definition.data.safeParse(json.value) : undefined;
    if (data === undefined || !data.success) return this.log.warn(`${extras.definition.subject}: a signal that does not fit its schema was dropped`);
    await this.call(handler, data.data, {}).catch((error: unknown) => this.log.warn(`${extras.definition.subject}: ${String(error)}`));
  }

  private async call(handler: Handler, data: unknown, context: unknown): Promise<unknown> {
    return lastValueFrom(this.transformToObservable(await handler(data, context)), { defaultValue: undefined });
  }
}
