import { subjectOfEvent, type CloudEvent } from '@app/contracts';
import { failpoint } from '@app/kernel';
import { tellSpan } from '@app/observability';
import { encodeEvent } from '../cloud-event-codec.js';
import type { NatsLink } from '../connection/nats-link.js';
import { ConfirmedPublisher } from '../jetstream/confirmed-publisher.js';
import { ensureStreams, type TopologyOptions } from '../jetstream/topology.js';
import { reasonOf, silentLog, type MessagingLog } from '../messaging-log.js';
import type { SqlExecutor } from '../sql-executor.js';
import { outboxStore, type OutboxRow } from './outbox-store.js';

export interface OutboxRelayOptions {
  readonly link: NatsLink;
  /** Runs the work in a transaction of its own. */
  readonly transaction: <T>(work: (sql: SqlExecutor) => Promise<T>) => Promise<T>;
  readonly topology?: TopologyOptions;
  /** After the streams were made: consumers for apps that may not make their own. */
  readonly afterStreams?: () => Promise<void>;
  /** Looks for rows at least so often, milliseconds: for rows whose wake-up was lost with a process. 1,000. */
  readonly pollMilliseconds?: number;
  /** Rows in one round. 100: one round holds its locks for some milliseconds. */
  readonly batchSize?: number;
  readonly log?: MessagingLog;
}

const EVENTS_UNDER_WAY = 500;
const CHECK_STREAMS_EVERY_MILLISECONDS = 10_000;
/** Between the beginnings of two rounds that were not full: under many small writes one round takes the rows of many. */
const PACE_MILLISECONDS = 50;

/**
 * Publishes outbox rows to JetStream under the event's id and marks them. Any number of replicas may run one: rows are taken with
 * skip locked. A crash between publish and mark publishes twice; the broker drops the second inside its window, the inbox after it.
 */
export class OutboxRelay {
  private readonly log: MessagingLog;
  private readonly publisher: ConfirmedPublisher;
  private stopping = false;
  private wakeUp: () => void = () => undefined;
  private awake = false;
  private loop: Promise<void> = Promise.resolve();
  private roundBegunAt = 0;
  private streamsCheckedAt = 0;

  constructor(private readonly options: OutboxRelayOptions) {
    this.log = options.log ?? silentLog;
    this.publisher = new ConfirmedPublisher(options.link);
  }

  start(): void {
    this.options.link.onConnect(() => {
      this.streamsCheckedAt = 0;
      this.wake();
    });
    this.loop = this.run();
  }

  /** Rows were committed: look now. */
  wake(): void {
    this.awake = true;
    this.wakeUp();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp();
    await this.loop;
  }

  /** Makes the streams and fills again those that the broker lost. Consumers call it before they are made. */
  async prepareStreams(): Promise<void> {
    const created = await ensureStreams(await this.options.link.manager(), this.options.topology);
    const lost = await this.options.transaction((sql) => outboxStore.noteStreams(sql, created));
    if (lost.length > 0) this.log.warn(`The broker lost ${lost.join(', ')}; the events of the outbox are published again.`);
    await this.options.afterStreams?.();
    this.streamsCheckedAt = Date.now();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const busy = this.options.link.isConnected && (await this.round());
        if (!busy) await this.sleep();
      } catch (error) {
        if (!this.stopping) this.log.warn(`outbox: ${reasonOf(error)}`);
        this.streamsCheckedAt = 0;
        await this.sleep();
      }
    }
  }

  /** Whether there may be more to do at once. */
  private async round(): Promise<boolean> {
    this.roundBegunAt = Date.now();
    if (Date.now() - this.streamsCheckedAt > CHECK_STREAMS_EVERY_MILLISECONDS) await this.prepareStreams();
    const size = this.options.batchSize ?? 100;
    const sent = await this.options.transaction(async (sql) => {
      const rows = await outboxStore.takeUnpublished(sql, size);
      await outboxStore.markPublished(sql, await this.publishAll(rows));
      return rows.length;
    });
    return sent === size;
  }

  /** The ids that the broker has stored; the first refusal is thrown when none was. */
  private async publishAll(rows: readonly OutboxRow[]): Promise<string[]> {
    if (rows.length === 0) return [];
    // The rows are committed and nobody but us knows of them.
    for (const type of typesOf(rows)) await failpoint('outbox-before-publish', type);
    const refusals: (Error | null)[] = [];
    for (const some of inPortions(rows)) refusals.push(...(await this.publish(some)));
    const stored = rows.filter((_, index) => refusals[index] === null);
    const refusal = refusals.find((one) => one !== null);
    if (refusal !== undefined && stored.length === 0) throw refusal;
    for (const type of typesOf(stored)) await failpoint('outbox-before-mark', type);
    for (const { events } of stored) tellPublished(events);
    return stored.map((row) => row.id);
  }

  /** For each row null when all of its events are stored; what was stored of a bundle before a failure is dropped by the broker when it comes again. */
  private async publish(rows: readonly OutboxRow[]): Promise<(Error | null)[]> {
    const messages = rows.flatMap(({ stream, events }) => events.map((event) => ({ subject: subjectOfEvent(event), stream, id: event.id, payload: encodeEvent(event), traceparent: event.traceparent })));
    const refusals = await this.publisher.publishAll(messages);
    let at = 0;
    return rows.map(({ events }) => refusals.slice(at, (at += events.length)).find((one) => one !== null) ?? null);
  }

  private async sleep(): Promise<void> {
    if (!this.awake && !this.stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.options.pollMilliseconds ?? 1_000);
        this.wakeUp = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const early = this.roundBegunAt + PACE_MILLISECONDS - Date.now();
    if (early > 0 && !this.stopping) await new Promise((resolve) => setTimeout(resolve, early));
    this.awake = false;
  }
}

/** From the moment when the event was written: what a reader of the trace wants to know is how long it lay in the outbox. A bundle is told of once. */
function tellPublished([event]: readonly CloudEvent[]): void {
  if (event?.traceparent === undefined) return;
  tellSpan(`publish ${event.type}`, { kind: 'producer', parent: event.traceparent, begunAt: new Date(event.time), attributes: { 'messaging.system': 'nats', 'messaging.message.id': event.id } });
}

const typesOf = (rows: readonly OutboxRow[]): string[] => rows.flatMap(({ events }) => events.slice(0, 1).map((event) => event.type));

/** Rows whose events are under way together: some hundred, as many as the broker answers for in a moment. */
function* inPortions(rows: readonly OutboxRow[]): Iterable<OutboxRow[]> {
  let portion: OutboxRow[] = [];
  let events = 0;
  for (const row of rows) {
    portion.push(row);
    events += row.events.length;
    if (events < EVENTS_UNDER_WAY) continue;
    yield portion;
    [portion, events] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}
