import { claimEvent } from '@app/messaging';
import { Metrics } from '@app/observability';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../database/transaction-context.js';
import { EventInbox } from './event-inbox.js';

@Injectable()
export class TypeormEventInbox extends EventInbox {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  async claim(consumer: string, eventId: string): Promise<boolean> {
    if (this.transaction.current() === undefined) throw new Error('An event is claimed in the unit of work of its effect');
    const isNew = await claimEvent(this.transaction.manager(), consumer, eventId);
    this.metrics.count('vision_inbox_claims_total', { outcome: isNew ? 'new' : 'duplicate' });
    return isNew;
  }
}
