import { durableOf, trainingDispatchedV1 } from '@app/contracts';
import { ensureConsumer, NatsLink } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { WORKERS_CONSUMER } from '../../../platform/messaging/workers-consumer.js';
import { WorkLanes } from '../application/ports/work-lanes.port.js';

/** A broker that lost its disk gets them again so soon. */
const LOOK_AGAIN_MILLISECONDS = 10_000;

@Injectable()
export class NatsWorkLanes extends WorkLanes {
  private readonly lookedAt = new Map<string, number>();

  constructor(@Inject(NatsLink) private readonly link: NatsLink) {
    super();
  }

  async ensure(lane: string): Promise<void> {
    if (Date.now() - (this.lookedAt.get(lane) ?? 0) < LOOK_AGAIN_MILLISECONDS) return;
    await ensureConsumer(await this.link.manager(), { ...WORKERS_CONSUMER, durable: durableOf(lane), subject: `${trainingDispatchedV1.subject}.${lane}` });
    this.lookedAt.set(lane, Date.now());
  }
}
