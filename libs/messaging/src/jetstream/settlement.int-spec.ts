import 'reflect-metadata';
import { datasetDeletedV1 } from '@app/contracts';
import { startTestNats, type TestNats } from '@app/testing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureStreams, EventPublisher, JetStreamServer, NatsConsumer, NatsLink, OnEvent, Retry, type EventContext, type TypedEvent } from '../index.js';

const DELETED_BY = '0190f3a0-0000-7000-8000-000000000000';

/** Id of the dataset and number of the delivery, in the order of the calls. */
const calls: { readonly id: string; readonly delivery: number }[] = [];
let nats: TestNats;
let stop: (() => Promise<unknown>)[] = [];

@NatsConsumer()
class FailingConsumer {
  @OnEvent(datasetDeletedV1, { durable: 'failing', maxDeliveries: 2 })
  async onDeleted(@Payload() event: TypedEvent<{ dataset_id: string }>, @Ctx() context: EventContext): Promise<void> {
    const id = event.data.dataset_id;
    calls.push({ id, delivery: context.deliveryCount });
    if (id.endsWith('-00000bad')) throw new Error('it always breaks here');
    // Nobody's fault: it may take as often as it takes.
    if (id.endsWith('-00001a7e') && context.deliveryCount < 4) throw new Retry('not yet', 0.1);
  }
}

@Module({ controllers: [FailingConsumer] })
class ConsumerModule {}

const of = (id: string): typeof calls => calls.filter((call) => call.id === id);

beforeEach(async () => {
  calls.length = 0;
  nats = await startTestNats();
});
afterEach(async () => {
  for (const end of stop.reverse()) await end();
  stop = [];
  await nats.close();
});

describe('a message whose handler fails', () => {
  it('is tried as often as it may, goes to the dead letters with the reason, and keeps nobody waiting', async () => {
    const link = new NatsLink({ url: nats.url, name: 'test' });
    stop.push(() => link.close());
    await link.whenConnected();
    const server = new JetStreamServer({ link, app: 'backend', managesTopology: true, ensureStreams: async () => void (await ensureStreams(await link.manager())) });
    const app = await NestFactory.createMicroservice(ConsumerModule, { strategy: server, logger: false });
    await app.listen();
    stop.push(() => app.close());
    const publisher = new EventPublisher(link, 'urn:vision:test');
    const send = (id: string): Promise<void> => publisher.send(publisher.make({ definition: datasetDeletedV1, subject: id, data: { dataset_id: id, deleted_by: DELETED_BY } }));
    await vi.waitFor(async () => (await link.manager()).consumers.info('VISION_DATASET', 'failing'), { timeout: 10_000 });

    const [bad, late, good] = ['platform-a-00000bad', 'platform-a-00001a7e', 'platform-a-0000600d'];
    for (const id of [bad, late, good]) await send(id);
    await vi.waitFor(() => expect(of(good)).toHaveLength(1), { timeout: 10_000 });
    // Before the first pause of the bad one is over.
    expect(calls.filter((call) => call.id === bad && call.delivery > 1)).toEqual([]);
    await vi.waitFor(() => expect(of(late).map((call) => call.delivery)).toEqual([1, 2, 3, 4]), { timeout: 10_000 });
    await vi.waitFor(async () => expect((await (await link.manager()).streams.info('VISION_DEAD_LETTER')).state.messages).toBe(1), { timeout: 10_000 });
    const letter = await (await link.manager()).streams.getMessage('VISION_DEAD_LETTER', { seq: 1 });
    expect(letter?.json<{ data: unknown }>().data).toMatchObject({ consumer: 'failing', deliveries: 2, reason: 'it always breaks here' });
    await vi.waitFor(async () => expect(await (await link.manager()).consumers.info('VISION_DATASET', 'failing')).toMatchObject({ num_pending: 0, num_ack_pending: 0 }), { timeout: 10_000 });
    expect(of(bad).map((call) => call.delivery)).toEqual([1, 2]);
  });
});
