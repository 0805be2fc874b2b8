import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@app/kernel';
import { NatsLink } from '@app/messaging';
import { ObjectStore } from '@app/object-store';
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Public } from '../auth/decorators.js';
import { ApiAnswer } from '../http/zod-decorators.js';
import { Leaving } from './leaving.js';

const CHECK_MILLISECONDS = 2_000;
const healthResponse = z.object({ status: z.enum(['ok', 'degraded']), parts: z.record(z.string(), z.enum(['up', 'down'])) });
type HealthResponse = z.infer<typeof healthResponse>;

/** Liveness: a restart would not help, which is so as long as it answers and has given up nothing that only a restart brings back. Readiness: it can do its work; without NATS it can, events follow later. */
@ApiTags('health')
@Controller({ path: 'health', version: '1' })
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: ObjectStore,
    private readonly nats: NatsLink,
    private readonly leaving: Leaving,
  ) {}

  @Get('live')
  @Public()
  @ApiAnswer(200, healthResponse)
  live(): HealthResponse {
    if (this.nats.isLost) throw new DomainError('unavailable', 'This process has lost its connection to the message broker for good and must be started again.', { extensions: { parts: { broker: 'lost' } } });
    return { status: 'ok', parts: {} };
  }

  @Get('ready')
  @Public()
  @ApiAnswer(200, healthResponse)
  async ready(): Promise<HealthResponse> {
    if (this.leaving.isLeaving) throw new DomainError('unavailable', 'This process is about to stop.', { retryAfterSeconds: 1 });
    const [database, store] = await Promise.all([answers(() => this.dataSource.query('select 1')), answers(() => this.store.ping(AbortSignal.timeout(CHECK_MILLISECONDS)))]);
    const parts = { database: stateOf(database), store: stateOf(store), broker: stateOf(this.nats.isConnected) };
    if (!database || !store) throw new DomainError('unavailable', 'A part that every request needs does not answer.', { retryAfterSeconds: 5, extensions: { parts } });
    return { status: this.nats.isConnected ? 'ok' : 'degraded', parts };
  }
}

const stateOf = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down');

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  const asked = ask().then(
    () => true,
    () => false,
  );
  return Promise.race([asked, sleep(CHECK_MILLISECONDS, false, { ref: false })]);
}
