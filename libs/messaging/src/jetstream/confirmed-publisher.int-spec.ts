import { datasetDeletedV1 } from '@app/contracts';
import { startTestNats, type TestNats } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NatsLink } from '../connection/nats-link.js';
import { ConfirmedPublisher, type StreamMessage } from './confirmed-publisher.js';
import { ensureStreams } from './topology.js';

let nats: TestNats;
let link: NatsLink;

beforeAll(async () => {
  nats = await startTestNats();
  link = new NatsLink({ url: nats.url, name: 'test', inboxPrefix: '_INBOX_test', reconnectWaitMilliseconds: 100 });
  await link.whenConnected();
  await ensureStreams(await link.manager());
});
afterAll(async () => {
  await link.close();
  await nats.close();
});

const message = (id: string, more: Partial<StreamMessage> = {}): StreamMessage => ({ id, subject: datasetDeletedV1.subject, stream: 'VISION_DATASET', payload: new TextEncoder().encode(`{"id":"${id}"}`), ...more });
const stored = async (): Promise<number> => (await (await link.manager()).streams.info('VISION_DATASET')).state.messages;
const reasons = (outcomes: readonly (Error | null)[]): (string | null)[] => outcomes.map((one) => one?.message ?? null);

describe('many messages under one inbox', () => {
  it('are stored in their order, and a repeat of an id is confirmed without being stored again', async () => {
    const before = await stored();
    const messages = Array.from({ length: 300 }, (_, index) => message(`many-${index}`));
    expect(reasons(await new ConfirmedPublisher(link).publishAll(messages))).toEqual(messages.map(() => null));
    expect(reasons(await new ConfirmedPublisher(link).publishAll(messages.slice(0, 9)))).toEqual(Array.from({ length: 9 }, () => null));
    expect(await stored()).toBe(before + 300);
    const manager = await link.manager();
    const [first, last] = [await manager.streams.getMessage('VISION_DATASET', { seq: before + 1 }), await manager.streams.getMessage('VISION_DATASET', { seq: before + 300 })];
    expect([first?.json(), last?.json()]).toEqual([{ id: 'many-0' }, { id: 'many-299' }]);
  });

  it('are refused one by one: of another stream, of none, too large', async () => {
    const before = await stored();
    const outcomes = await new ConfirmedPublisher(link).publishAll([
      message('sound-1'),
      message('other-stream', { stream: 'VISION_TRAINING' }),
      message('no-stream', { subject: 'elsewhere.test' }),
      message('too-large', { payload: new Uint8Array(20_000_000) }),
      message('sound-2'),
    ]);
    expect(reasons(outcomes)).toEqual([null, expect.stringContaining('expected stream'), 'No stream takes the event', expect.stringContaining('max_payload'), null]);
    expect(await stored()).toBe(before + 2);
  });

  it('fail together when the broker is gone, within the time that was given', async () => {
    await nats.kill();
    const publishing = new ConfirmedPublisher(link, 300);
    // Either it is known already that the broker is away, or its silence is noticed.
    const failed = await publishing.publishAll([message('lost-1'), message('lost-2')]).then(
      (outcomes) => outcomes.every((one) => one !== null),
      (error: unknown) => (error as { code?: unknown }).code === 'unavailable',
    );
    expect(failed).toBe(true);
    await nats.restart();
  });
});
