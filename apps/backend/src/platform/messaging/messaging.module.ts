import { ensureConsumer, JetStreamServer, NatsLink, OutboxRelay } from '@app/messaging';
import { countDelivery, Metrics } from '@app/observability';
import { Global, Inject, Logger, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import { EventInbox } from './event-inbox.js';
import { MessagingMetrics } from './messaging-metrics.js';
import { IntegrationEvents } from './integration-events.js';
import { OutboxIntegrationEvents } from './outbox-integration-events.js';
import { TypeormEventInbox } from './typeorm-event-inbox.js';
import { WORKERS_CONSUMER } from './workers-consumer.js';

const log = new Logger('Messaging');

@Global()
@Module({
  providers: [
    { provide: NatsLink, inject: [BackendConfig], useFactory: (config: BackendConfig) => new NatsLink({ url: config.natsUrl, name: 'vision-backend', inboxPrefix: '_INBOX_backend', log }) },
    {
      provide: OutboxRelay,
      inject: [NatsLink, DataSource, BackendConfig],
      useFactory: (link: NatsLink, dataSource: DataSource, config: BackendConfig) =>
        new OutboxRelay({ link, log, topology: { replicas: config.natsStreamReplicas }, transaction: (work) => dataSource.transaction(work), afterStreams: async () => ensureConsumer(await link.manager(), WORKERS_CONSUMER) }),
    },
    {
      provide: JetStreamServer,
      inject: [NatsLink, OutboxRelay, Metrics],
      useFactory: (link: NatsLink, relay: OutboxRelay, metrics: Metrics) =>
        new JetStreamServer({ link, app: 'backend', managesTopology: true, ensureStreams: () => relay.prepareStreams(), onSettled: (delivery) => countDelivery(metrics, delivery), log }),
    },
    { provide: IntegrationEvents, useClass: OutboxIntegrationEvents },
    MessagingMetrics,
    { provide: EventInbox, useClass: TypeormEventInbox },
  ],
  exports: [NatsLink, OutboxRelay, JetStreamServer, IntegrationEvents, EventInbox],
})
export class MessagingModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(NatsLink) private readonly link: NatsLink,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }

  /** Last: consumers have drained by now. */
  async onApplicationShutdown(): Promise<void> {
    await this.link.close();
  }
}
