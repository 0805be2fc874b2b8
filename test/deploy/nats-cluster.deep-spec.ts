import { STREAM_NAMES } from '@app/contracts';
import { ensureStreams } from '@app/messaging';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { isRefused, NatsOfTheCluster } from './nats-of-the-cluster.js';

let nats: NatsOfTheCluster;

beforeAll(async () => {
  nats = await NatsOfTheCluster.start(3);
  // The first stream needs a leader of all three.
  const make = async (): Promise<number> => (await ensureStreams(await jetstreamManager(await nats.as('backend'), { checkAPI: false }), { replicas: 3 })).size;
  await vi.waitFor(async () => expect(await make()).toBe(STREAM_NAMES.length), { timeout: 60_000, interval: 500 });
});
afterAll(() => nats.close());

it('keeps events when one server of the three is killed', async () => {
  const backend = await nats.as('backend');
  const manager = await jetstreamManager(backend, { checkAPI: false });
  expect(await isRefused(backend, 'vision.dataset.dataset.uploaded.v1')).toBe(false);
  const before = await manager.streams.info('VISION_DATASET');
  expect([before.config.num_replicas, before.state.messages]).toEqual([3, 1]);
  const leader = nats.servers[Number(before.cluster?.leader?.at(-1))];
  leader?.process.kill('SIGKILL');
  const others = nats.servers.filter((one) => one !== leader).map((one) => one.port);
  const left = await jetstreamManager(await nats.as('backend', others), { checkAPI: false });
  await vi.waitFor(async () => expect((await left.streams.info('VISION_DATASET')).cluster?.leader).not.toBe(before.cluster?.leader), { timeout: 60_000, interval: 200 });
  expect((await left.streams.info('VISION_DATASET')).state.messages).toBe(1);
});
