import 'reflect-metadata';
import { datasetDeletedV1 } from '@app/contracts';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '@app/testing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimEvent, JetStreamServer, makeEvent, MESSAGING_TABLES_SQL, NatsConsumer, NatsLink, OnEvent, OutboxRelay, outboxStore, Reject, type SqlExecutor, type TypedEvent } from '../index.js';

interface Effect {
  readonly name: string;
  readonly count: number;
}

let database: TestDatabase;
let nats: TestNats;
let pool: pg.Pool;
let stop: (() => Promise<void>)[] = [];

const onClient = (client: pg.PoolClient): SqlExecutor => ({ query: async (sql, parameters) => (await client.query(sql, parameters)).rows });

async function transaction<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(onClient(client));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

@NatsConsumer()
class EffectConsumer {
  @OnEvent(datasetDeletedV1, { durable: 'effects', concurrency: 4 })
  async onDeleted(@Payload() event: TypedEvent<{ dataset_id: string }>): Promise<void> {
    if (event.data.dataset_id.endsWith('-00000bad')) throw new Reject('bad on purpose');
    await transaction(async (sql) => {
      if (!(await claimEvent(sql, 'effects', event.id))) return;
      await sql.query('insert into effects (name, count) values ($1, 1) on conflict (name) do update set count = effects.count + 1', [event.data.dataset_id]);
    });
  }
}

@Module({ controllers: [EffectConsumer] })
class ConsumerModule {}

const DELETED_BY = '0190f3a0-0000-7000-8000-000000000000';
const idOf = (number: number): string => `platform-a-${number.toString(16).padStart(8, '0')}`;

async function append(datasetId: string): Promise<void> {
  await transaction((sql) =>
    outboxStore.append(sql, 'VISION_DATASET', makeEvent({ definition: datasetDeletedV1, source: 'urn:vision:test', subject: datasetId, data: { dataset_id: datasetId, deleted_by: DELETED_BY } })),
  );
}

async function startSide(): Promise<OutboxRelay> {
  const link = new NatsLink({ url: nats.url, name: 'test', reconnectWaitMilliseconds: 100 });
  const relay = new OutboxRelay({ link, transaction, pollMilliseconds: 100 });
  const server = new JetStreamServer({ link, app: 'backend', managesTopology: true, ensureStreams: () => relay.prepareStreams() });
  const app = await NestFactory.createMicroservice(ConsumerModule, { strategy: server, logger: false });
  await app.listen();
  relay.start();
  stop.push(
    () => app.close(),
    () => relay.stop(),
    () => link.close(),
  );
  return relay;
}

const effects = async (): Promise<Effect[]> => (await pool.query<Effect>('select name, count from effects order by name')).rows;
const expected = (from: number, to: number): Effect[] => Array.from({ length: to - from }, (_, index) => ({ name: idOf(from + index), count: 1 }));
const untilEffects = (wanted: Effect[]): Promise<void> => vi.waitFor(async () => expect(await effects()).toEqual(wanted), { timeout: 30_000, interval: 200 });

beforeEach(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 10 });
  await pool.query(`${MESSAGING_TABLES_SQL}; create table effects (name text primary key, count integer not null)`);
  nats = await startTestNats();
});

afterEach(async () => {
  for (const end of stop) await end();
  stop = [];
  await nats.close();
  await pool.end();
  await database.drop();
});

describe('outbox, inbox and a broker that fails', () => {
  it('delivers every event once although the broker is killed, loses its disk and comes back', async () => {
    const relay = await startSide();
    for (let number = 0; number < 20; number += 1) await append(idOf(number));
    relay.wake();
    await untilEffects(expected(0, 20));

    await nats.kill();
    for (let number = 20; number < 40; number += 1) await append(idOf(number));
    await nats.deleteStore();
    await nats.restart();

    await untilEffects(expected(0, 40));
    // Everything of the lost stream was published again: the inbox, not the broker, keeps the effects single.
    await vi.waitFor(async () => expect(await transaction((sql) => outboxStore.countUnpublished(sql))).toBe(0), { timeout: 10_000 });
    expect((await pool.query<{ lost: number }>(`select count(*)::int as lost from outbox where published_at is null`)).rows[0]?.lost).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await effects()).toEqual(expected(0, 40));
  });

  it('starts without a broker, keeps accepting, and delivers when it comes', async () => {
    await nats.kill();
    await startSide();
    for (let number = 0; number < 5; number += 1) await append(idOf(number));
    expect(await effects()).toEqual([]);
    await nats.restart();
    await untilEffects(expected(0, 5));
  });

  it('moves what cannot be used to the dead letters and goes on', async () => {
    await startSide();
    await append('platform-a-00000bad');
    await append(idOf(1));
    await untilEffects(expected(1, 2));
    const link = new NatsLink({ url: nats.url, name: 'reader' });
    stop.push(() => link.close());
    await link.whenConnected();
    const manager = await link.manager();
    const letter = await vi.waitFor(
      async () => {
        const message = await manager.streams.getMessage('VISION_DEAD_LETTER', { seq: 1 });
        if (message === null) throw new Error('no letter yet');
        return message.json<{ data: { reason: string; consumer: string } }>();
      },
      { timeout: 10_000 },
    );
    expect(letter.data).toMatchObject({ reason: 'bad on purpose', consumer: 'effects' });
  });

  it('does an event once that is published a hundred times, in any order', async () => {
    await startSide();
    const event = makeEvent({ definition: datasetDeletedV1, source: 'urn:vision:test', subject: idOf(7), data: { dataset_id: idOf(7), deleted_by: DELETED_BY } });
    const link = new NatsLink({ url: nats.url, name: 'repeater' });
    stop.push(() => link.close());
    await link.whenConnected();
    await vi.waitFor(async () => (await link.manager()).streams.info('VISION_DATASET'), { timeout: 10_000 });
    // Without the message id, so that the broker does not drop the repeats for us.
    for (let repeat = 0; repeat < 100; repeat += 1) await link.jetstream().publish(event.type, JSON.stringify(event));
    await untilEffects(expected(7, 8));
    const consumer = await link.jetstream().consumers.get('VISION_DATASET', 'effects');
    await vi.waitFor(async () => expect(await consumer.info()).toMatchObject({ num_pending: 0, num_ack_pending: 0 }), { timeout: 20_000, interval: 200 });
    expect(await effects()).toEqual(expected(7, 8));
  });
});
