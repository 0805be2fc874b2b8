import type { StreamName } from '@app/contracts';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { NatsLink } from '../connection/nats-link.js';
import { reasonOf, type MessagingLog } from '../messaging-log.js';

export interface PullLoopOptions {
  readonly link: NatsLink;
  readonly stream: StreamName;
  readonly durable: string;
  readonly concurrency: number;
  /** Called before the consumer is looked up, after each failure: makes it again where this app may. */
  readonly prepare: () => Promise<void>;
  readonly onMessage: (message: JsMsg) => Promise<unknown>;
  readonly log: MessagingLog;
}

/** How long a pull waits at the server. Long, because a short one makes a busy client believe that heartbeats were missed. */
const PULL_EXPIRES_MILLISECONDS = 10_000;
const PAUSE_AFTER_FAILURE_MILLISECONDS = 1_000;

/**
 * Pulls no more messages than it can handle now, so that a message is never fetched and left waiting here while another process is
 * free. Survives the loss of the server and of its disk: the consumer is prepared and looked up again.
 */
export class PullLoop {
  private stopping = false;
  private readonly running = new Set<Promise<unknown>>();
  private stopWaiting: () => void = () => undefined;
  private finished: Promise<void> = Promise.resolve();

  constructor(private readonly options: PullLoopOptions) {}

  start(): void {
    this.finished = this.loop();
  }

  /** Takes no more messages, then waits for the handlers in progress, at most `budgetMilliseconds`. */
  async stop(budgetMilliseconds: number): Promise<void> {
    this.stopping = true;
    this.stopWaiting();
    const budget = new Promise<void>((resolve) => setTimeout(resolve, budgetMilliseconds).unref());
    await Promise.race([Promise.allSettled([this.finished, ...this.running]), budget]);
  }

  private async loop(): Promise<void> {
    await this.options.link.whenConnected();
    // After a reconnect the server knows nothing of the pull in progress.
    this.options.link.onConnect(() => this.stopWaiting());
    while (!this.stopping) {
      try {
        await this.pullWhileItWorks();
      } catch (error) {
        if (this.stopping) return;
        this.options.log.debug(`consumer ${this.options.durable} starts again: ${reasonOf(error)}`);
        await this.pause();
      }
    }
  }

  private async pullWhileItWorks(): Promise<void> {
    await this.options.prepare();
    const consumer = await this.options.link.jetstream().consumers.get(this.options.stream, this.options.durable);
    while (!this.stopping) await this.pullOnce(consumer);
  }

  private async pullOnce(consumer: Consumer): Promise<void> {
    const free = this.options.concurrency - this.running.size;
    if (free <= 0) {
      await Promise.race(this.running);
      return;
    }
    const messages = await consumer.fetch({ max_messages: free, expires: PULL_EXPIRES_MILLISECONDS });
    this.stopWaiting = (): void => messages.stop();
    if (this.stopping) messages.stop();
    let received = 0;
    for await (const message of messages) {
      received += 1;
      this.handle(message);
    }
    // A pull of a consumer that is gone just stays empty; asking for it tells, and the loop makes it again.
    if (received === 0 && !this.stopping) await consumer.info();
  }

  private handle(message: JsMsg): void {
    if (this.stopping) {
      message.nak();
      return;
    }
    const work = this.options.onMessage(message).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_AFTER_FAILURE_MILLISECONDS);
      this.stopWaiting = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
