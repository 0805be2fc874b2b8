import { messageRejectedV1 } from '@app/contracts';
import { NatsLink, outboxStore } from '@app/messaging';
import { Metrics } from '@app/observability';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How far the events are behind, read when somebody asks. */
@Injectable()
export class MessagingMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
    private readonly link: NatsLink,
  ) {}

  onModuleInit(): void {
    this.metrics.sample('outbox', ['vision_outbox_unpublished', 'vision_outbox_oldest_seconds'], async () => {
      const { unpublished, oldestSeconds } = await outboxStore.lag(this.dataSource);
      return [
        { name: 'vision_outbox_unpublished', labels: {}, value: unpublished },
        { name: 'vision_outbox_oldest_seconds', labels: {}, value: oldestSeconds },
      ];
    });
    this.metrics.sample('dead-letters', ['vision_dead_letters'], async () => {
      const { state } = await (await this.link.manager()).streams.info(messageRejectedV1.stream);
      return [{ name: 'vision_dead_letters', labels: {}, value: state.messages }];
    });
    this.metrics.sample('broker', ['vision_broker_connected'], () => Promise.resolve([{ name: 'vision_broker_connected', labels: {}, value: this.link.isConnected ? 1 : 0 }]));
  }
}
