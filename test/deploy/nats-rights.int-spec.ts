import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isRefused, NatsOfTheCluster } from './nats-of-the-cluster.js';

let nats: NatsOfTheCluster;

beforeAll(async () => {
  nats = await NatsOfTheCluster.start(1);
  await vi.waitFor(() => nats.as('backend'), { timeout: 20_000, interval: 100 });
});
afterAll(() => nats.close());

describe('NATS with the configuration of the cluster', () => {
  it('lets nobody in without a password', async () => {
    await expect(connect({ servers: `127.0.0.1:${nats.servers[0]?.port ?? 0}`, reconnect: false })).rejects.toThrow(/authorization/i);
  });

  it.each(['vision.dataset.dataset.uploaded.v1', 'vision.training.job.dispatched.v1', 'vision.training.rpc.start.v1', '$JS.API.STREAM.DELETE.VISION_DATASET', '$JS.API.CONSUMER.CREATE.VISION_TRAINING_WORK', '$SYS.REQ.SERVER.PING'])(
    'refuses %s from a worker',
    async (subject) => {
      expect(await isRefused(await nats.as('training'), subject)).toBe(true);
    },
  );

  it('lets a worker report, the backend say what happened, and others only listen', async () => {
    expect(await isRefused(await nats.as('training'), 'vision.training.job.started.v1')).toBe(false);
    expect(await isRefused(await nats.as('backend'), 'vision.dataset.dataset.uploaded.v1')).toBe(false);
    expect(await isRefused(await nats.as('consumer'), 'vision.dataset.dataset.uploaded.v1')).toBe(true);
  });
});
