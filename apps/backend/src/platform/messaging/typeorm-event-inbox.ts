import { claimEvent } from '@app/messaging';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../database/transaction-context.js';
import { EventInbox } from './event-inbox.js';

@Injectable()
export class TypeormEventInbox extends EventInbox {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async claim(consumer: string, eventId: string): Promise<boolean> {
    if (this.transaction.current() === undefined) throw new Error('An event is claimed in the unit of work of its effect');
    return claimEvent(this.transaction.manager(), consumer, eventId);
  }
}
