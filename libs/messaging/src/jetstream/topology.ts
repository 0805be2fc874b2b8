import { ALL_EVENTS, messageRejectedV1, STREAM_NAMES, type StreamName } from '@app/contracts';
import { AckPolicy, DeliverPolicy, JetStreamApiError, RetentionPolicy, StorageType, type JetStreamManager } from '@nats-io/jetstream';

export interface TopologyOptions {
  /** Copies of each stream: 1 on one server, 3 on a cluster of three. */
  readonly replicas?: number;
  /** How long an event is kept. 7 days: the outbox can send again for as long, and the inbox remembers for longer. */
  readonly maxAgeDays?: number;
  /** Largest size of one stream, bytes; the oldest events go first. 64 MiB holds some 100,000 events. */
  readonly maxStreamBytes?: number;
}

export interface DurableConsumer {
  readonly stream: StreamName;
  readonly durable: string;
  readonly subject: string;
  /** How long a delivered message may stay unsettled; the settlement extends it while a handler runs. */
  readonly ackWaitSeconds: number;
  readonly maxAckPending: number;
}

const NANOSECONDS = 1_000_000_000;

/** The subjects of a stream, one by one: a wildcard would swallow request subjects and other streams' work. */
export function subjectsOf(stream: StreamName): string[] {
  if (stream === messageRejectedV1.stream) return [...messageRejectedV1.subjects];
  return ALL_EVENTS.filter((event) => event.stream === stream).flatMap((event) => (event.hasLanes === true ? [event.subject, `${event.subject}.>`] : [event.subject]));
}

/**
 * Makes the streams as declared, or updates them. All have limits retention, the work stream too: with work-queue retention nats-server
 * 2.9 leaves undeletable leftovers after a crash (design/embedded.md); one shared durable consumer gives the same semantics.
 * Returns when each stream was created: the identity by which a broker that lost its disk is recognised.
 */
export async function ensureStreams(manager: JetStreamManager, options: TopologyOptions = {}): Promise<ReadonlyMap<StreamName, string>> {
  const created = new Map<StreamName, string>();
  for (const name of STREAM_NAMES) {
    const subjects = subjectsOf(name);
    if (subjects.length === 0) continue;
    const config = {
      subjects,
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      num_replicas: options.replicas ?? 1,
      max_age: (options.maxAgeDays ?? 7) * 86_400 * NANOSECONDS,
      max_bytes: options.maxStreamBytes ?? 64 * 1024 * 1024,
      max_msg_size: 1024 * 1024,
      duplicate_window: 120 * NANOSECONDS,
    };
    const info = (await exists(() => manager.streams.info(name))) ? await manager.streams.update(name, config) : await manager.streams.add({ name, ...config });
    created.set(name, String(info.created));
  }
  return created;
}

/** info -> update -> add: server 2.9 silently changes an existing durable on `add`, later ones refuse. */
export async function ensureConsumer(manager: JetStreamManager, consumer: DurableConsumer): Promise<void> {
  const limits = { ack_wait: consumer.ackWaitSeconds * NANOSECONDS, max_ack_pending: consumer.maxAckPending };
  if (await exists(() => manager.consumers.info(consumer.stream, consumer.durable))) {
    await manager.consumers.update(consumer.stream, consumer.durable, limits);
    return;
  }
  await manager.consumers.add(consumer.stream, {
    durable_name: consumer.durable,
    filter_subject: consumer.subject,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    // Unlimited: the settlement point counts deliveries and moves a hopeless message to the dead letters.
    max_deliver: -1,
    ...limits,
  });
}

async function exists(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return false;
    throw error;
  }
}
