export { type SqlExecutor } from './sql-executor.js';
export { reasonOf, silentLog, type MessagingLog } from './messaging-log.js';
export { compareVersions, NatsLink, OLDEST_SERVER, type NatsLinkOptions } from './connection/nats-link.js';
export { decodeEvent, encodeEvent, makeEvent, type EventFacts, type TypedEvent } from './cloud-event-codec.js';
export { ensureConsumer, ensureStreams, subjectsOf, type DurableConsumer, type TopologyOptions } from './jetstream/topology.js';
export { Reject, Retry } from './jetstream/outcomes.js';
export {
  JETSTREAM_TRANSPORT,
  NatsConsumer,
  OnEvent,
  OnEvents,
  OnRequest,
  OnSignal,
  type ConsumerOptions,
  type EventSource,
  type SignalDefinition,
} from './jetstream/decorators.js';
export { DeadLetters } from './jetstream/dead-letters.js';
export { settle, type EventContext, type Outcome, type Settlement } from './jetstream/settlement.js';
export { JetStreamServer, type JetStreamServerOptions, type SettledDelivery } from './jetstream/jetstream-server.js';
export { EventPublisher } from './jetstream/event-publisher.js';
export { RpcClient } from './rpc/rpc-client.js';
export { DROP_MESSAGING_TABLES_SQL, MESSAGING_TABLES_SQL } from './outbox/outbox-schema.js';
export { outboxStore, type OutboxRow } from './outbox/outbox-store.js';
export { OutboxRelay, type OutboxRelayOptions } from './outbox/outbox-relay.js';
export { claimEvent } from './inbox/inbox.js';
