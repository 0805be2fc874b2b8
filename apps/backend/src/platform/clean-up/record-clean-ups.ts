import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import { CleanUps } from './clean-ups.js';
import { sqlCleanUp } from './sql-clean-up.js';

const HOUR = 3_600;
const DAY = 86_400;

/** Records of the platform itself that no repeat and no broker can ask for any more. */
@Injectable()
export class RecordCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
  ) {}

  onModuleInit(): void {
    const { idempotencyHours, outboxDays, inboxDays } = this.config.retention;
    const often = { everySeconds: 600, firstAfterSeconds: 600 };
    this.cleanUps.register(
      sqlCleanUp(this.dataSource, [{ table: 'idempotency_keys', due: 'claimed_at < $1' }], {
        ...{ name: 'idempotency-keys', removes: 'Answers kept for repeated requests, of so long ago.', setting: 'IDEMPOTENCY_HOURS', keepsSeconds: idempotencyHours * HOUR, ...often },
      }),
      sqlCleanUp(this.dataSource, [{ table: 'outbox', due: 'published_at is not null and created_at < $1' }], {
        ...{ name: 'published-events', removes: 'Events that the broker has had for so long.', setting: 'OUTBOX_DAYS', keepsSeconds: outboxDays * DAY, ...often },
      }),
      sqlCleanUp(this.dataSource, [{ table: 'inbox', due: 'received_at < $1' }], {
        ...{ name: 'consumed-events', removes: 'The memory of events that were consumed so long ago.', setting: 'INBOX_DAYS', keepsSeconds: inboxDays * DAY, ...often },
      }),
    );
  }
}
