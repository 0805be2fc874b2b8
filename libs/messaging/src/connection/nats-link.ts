import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, createInbox, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { DomainError } from '@app/kernel';
import { reasonOf, silentLog, type MessagingLog } from '../messaging-log.js';

export interface NatsLinkOptions {
  /** `nats://user:password@host:port`; several servers separated by commas. */
  readonly url: string;
  /** Shown by the server's connection list. */
  readonly name: string;
  /** Where replies go. An app with an allow-list has its own, so that it cannot read the others' replies. */
  readonly inboxPrefix?: string;
  /** Between two attempts to connect, milliseconds; up to half of it is added at random. 500: quick after a restart, light on a dead server. */
  readonly reconnectWaitMilliseconds?: number;
  readonly log?: MessagingLog;
}

const INBOX = '_INBOX';

/** Oldest server whose features this library keeps to: Debian 12's. */
export const OLDEST_SERVER = '2.9.10';

/**
 * One connection to NATS that may not be there yet, or any more: the process starts and goes on without it, and work that needs it
 * waits in `whenConnected` or is refused with `unavailable`.
 */
export class NatsLink {
  private readonly log: MessagingLog;
  private readonly ready: Promise<NatsConnection>;
  private readonly listeners = new Set<() => void>();
  private connection: NatsConnection | undefined;
  private up = false;
  private closing = false;
  private lost = false;

  constructor(private readonly options: NatsLinkOptions) {
    this.log = options.log ?? silentLog;
    this.ready = this.open();
    // Whoever waits sees the error; without a waiter it must not end the process.
    this.ready.catch((error: unknown) => this.log.error(`NATS: ${reasonOf(error)}`));
  }

  /** Whether the server answers now. */
  get isConnected(): boolean {
    return this.up;
  }

  /** Whether the client gave the connection up for good, which nobody asked for: this process gets no other one. */
  get isLost(): boolean {
    return this.lost;
  }

  /** A subject of our own that replies can be asked to, with any one token behind it. */
  newInbox(): string {
    return createInbox(this.options.inboxPrefix ?? INBOX);
  }

  /** Calls `listener` after every connect, the first one included. */
  onConnect(listener: () => void): void {
    this.listeners.add(listener);
    if (this.up) listener();
  }

  /** The connection, or `unavailable` when the server does not answer now. */
  current(): NatsConnection {
    if (this.connection === undefined || !this.up) throw new DomainError('unavailable', 'The message broker does not answer.', { retryAfterSeconds: 5 });
    return this.connection;
  }

  /** Waits for the first connect; later outages are bridged by the client itself. */
  async whenConnected(): Promise<NatsConnection> {
    return this.ready;
  }

  /** JetStream client; no API check, since an app with an allow-list may not ask for account facts. */
  jetstream(): JetStreamClient {
    return jetstream(this.current(), { timeout: 5_000 });
  }

  async manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.current(), { checkAPI: false, timeout: 5_000 });
  }

  /** Sends what is buffered, ends subscriptions, closes. */
  async close(): Promise<void> {
    this.closing = true;
    this.listeners.clear();
    const connection = this.connection;
    if (connection === undefined || connection.isClosed()) return;
    if (this.up) await connection.drain().catch((error: unknown) => this.log.warn(`NATS drain: ${reasonOf(error)}`));
    else await connection.close();
    this.up = false;
  }

  private async open(): Promise<NatsConnection> {
    for (;;) {
      try {
        const connection = await connect(connectionOptions(this.options));
        return this.opened(connection);
      } catch (error) {
        // Refused credentials end an attempt even with waitOnFirstConnect; a broker that restarts with its users comes back.
        if (this.closing) throw error;
        this.log.warn(`NATS is not there yet: ${reasonOf(error)}`);
        await new Promise((resolve) => setTimeout(resolve, this.options.reconnectWaitMilliseconds ?? 500).unref());
      }
    }
  }

  private async opened(connection: NatsConnection): Promise<NatsConnection> {
    if (this.closing) {
      await connection.close();
      throw new DomainError('unavailable', 'The connection to the message broker was closed.');
    }
    this.connection = connection;
    this.warnAboutVersion(connection.info?.version ?? '0');
    void this.watch(connection);
    this.becameUp();
    return connection;
  }

  private async watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.becameDown(status.type);
      if (status.type === 'reconnect') this.becameUp();
    }
    this.up = false;
    if (this.closing) return;
    this.lost = true;
    this.log.error('The connection to NATS has ended for good; this process must be started again.');
  }

  private becameUp(): void {
    this.up = true;
    this.log.debug('NATS is connected.');
    for (const listener of this.listeners) listener();
  }

  private becameDown(why: string): void {
    if (this.up) this.log.warn(`NATS is away (${why}); work goes on, events follow when it is back.`);
    this.up = false;
  }

  private warnAboutVersion(version: string): void {
    if (compareVersions(version, OLDEST_SERVER) < 0) this.log.warn(`NATS ${version} is older than ${OLDEST_SERVER}, the oldest that is tested.`);
    else if (compareVersions(version, '2.10.0') < 0) this.log.warn(`NATS ${version} has no sync_interval: a power loss may lose events that Postgres then sends again.`);
  }
}

function connectionOptions(options: NatsLinkOptions): ConnectionOptions {
  const urls = options.url.split(',').map((text) => new URL(text.trim()));
  const first = urls[0];
  if (first === undefined) throw new Error('NATS url is empty');
  const wait = options.reconnectWaitMilliseconds ?? 500;
  return {
    servers: urls.map((url) => url.host),
    ...(first.username === '' ? {} : { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
    name: options.name,
    inboxPrefix: options.inboxPrefix ?? INBOX,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: wait,
    reconnectJitter: wait / 2,
    ignoreAuthErrorAbort: true,
    // A half-open connection is noticed after two missed pings: 10 s.
    pingInterval: 5_000,
    maxPingOut: 2,
    ...(first.protocol === 'tls:' ? { tls: {} } : {}),
  };
}

/** Negative, zero or positive, as for `Array.sort`; anything behind a `-` is ignored. */
export function compareVersions(left: string, right: string): number {
  const parts = (text: string): number[] => (text.split('-')[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [parts(left), parts(right)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
