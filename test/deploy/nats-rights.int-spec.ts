import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsServer, natsServerVersion } from '@app/local-services';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FILLED } from './manifests.js';
import { knownTo, usersConf } from './nats-config.js';
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

describe('NATS with the configuration of compose', () => {
  it('reads it, and the users of the cluster with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vision-nats-conf-'));
    const binary = await findNatsServer();
    writeFileSync(join(folder, 'nats.conf'), knownTo(await natsServerVersion(binary), readFileSync('docker/compose/nats.conf', 'utf8')));
    writeFileSync(join(folder, 'users.conf'), usersConf());
    const check = (environment: Readonly<Record<string, string>>): number | null => spawnSync(binary, ['-t', '-c', join(folder, 'nats.conf')], { env: environment }).status;
    expect(check(FILLED)).toBe(0);
    // Its passwords are the environment's.
    expect(check({})).not.toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});
