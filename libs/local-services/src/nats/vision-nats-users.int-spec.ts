import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../process/process-identity.js';
import { startNats, type LocalNats } from './start-nats.js';
import { TRAINING_DURABLE, TRAINING_INBOX_PREFIX, visionNatsUsers } from './vision-nats-users.js';

const USERS = visionNatsUsers({ backend: 'backend-pw', training: 'training-pw', consumer: 'consumer-pw' });
let folder: string;
let server: LocalNats;
const open: NatsConnection[] = [];

async function as(user: string): Promise<NatsConnection> {
  const url = new URL(server.urlFor(user));
  const connection = await connect({
    servers: url.host,
    user: url.username,
    pass: url.password,
    ...(user === 'training' ? { inboxPrefix: TRAINING_INBOX_PREFIX } : {}),
  });
  open.push(connection);
  return connection;
}

/** Publishes as the user; answers whether the server refused. The flush orders the server's complaint before the answer. */
async function isRefused(connection: NatsConnection, subject: string): Promise<boolean> {
  let refused = false;
  const statuses = connection.status();
  const watching = (async (): Promise<void> => {
    for await (const status of statuses) if (status.type === 'error' && /permissions violation/i.test(status.error.message)) refused = true;
  })();
  connection.publish(subject, '{}');
  await connection.flush();
  await new Promise((resolve) => setTimeout(resolve, 50));
  void watching;
  return refused;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-nats-'));
  server = await startNats({ dataDirectory: folder, users: USERS });
  const manager = await jetstreamManager(await as('backend'), { checkAPI: false });
  await manager.streams.add({ name: 'VISION_DATASET', subjects: ['vision.dataset.dataset.uploaded.v1'] });
  await manager.streams.add({ name: 'VISION_TRAINING_WORK', subjects: ['vision.training.job.dispatched.v1'] });
  await manager.consumers.add('VISION_TRAINING_WORK', { durable_name: TRAINING_DURABLE, ack_policy: 'explicit' });
});
afterAll(async () => {
  for (const connection of open) await connection.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the users of NATS', () => {
  it('lets nobody in without a password, and nobody into the system account', async () => {
    await expect(connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })).rejects.toThrow(/authorization/i);
    const backend = await as('backend');
    expect(await isRefused(backend, '$SYS.REQ.SERVER.PING')).toBe(true);
    expect((await stat(join(folder, 'nats.conf'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    'vision.dataset.dataset.uploaded.v1',
    'vision.training.job.dispatched.v1',
    'vision.training.rpc.start.v1',
    '$JS.API.STREAM.DELETE.VISION_DATASET',
    '$JS.API.STREAM.PURGE.VISION_TRAINING_WORK',
    '$JS.API.STREAM.UPDATE.VISION_TRAINING_WORK',
    '$JS.API.CONSUMER.DELETE.VISION_TRAINING_WORK.training-workers',
    '$JS.API.CONSUMER.MSG.NEXT.VISION_DATASET.other',
    '$JS.ACK.VISION_DATASET.other.1.1.1.1.0',
  ])('refuses %s from the training user', async (subject) => {
    expect(await isRefused(await as('training'), subject)).toBe(true);
  });

  it.each(['vision.training.job.started.v1', 'vision.training.worker.heartbeat.v1', 'vision.training.rpc.verify-job.v1', 'vision.dead-letter.training.rejected.v1'])(
    'lets the training user publish %s',
    async (subject) => {
      expect(await isRefused(await as('training'), subject)).toBe(false);
    },
  );

  it('lets the training user take work and settle it, and the streams are untouched by its attempts', async () => {
    const backend = await as('backend');
    backend.publish('vision.training.job.dispatched.v1', '{"job_id":"1"}');
    await backend.flush();
    const { jetstream } = await import('@nats-io/jetstream');
    const consumer = await jetstream(await as('training')).consumers.get('VISION_TRAINING_WORK', TRAINING_DURABLE);
    const message = await consumer.next({ expires: 5_000 });
    expect(message?.string()).toBe('{"job_id":"1"}');
    expect(await message?.ackAck()).toBe(true);
    const manager = await jetstreamManager(backend, { checkAPI: false });
    expect((await manager.streams.info('VISION_DATASET')).state.last_seq).toBe(0);
    expect((await manager.streams.info('VISION_TRAINING_WORK')).state.last_seq).toBe(1);
  });

  it('does not let the training user listen to the events or to the replies to others', async () => {
    const training = await as('training');
    const heard: string[] = [];
    for (const subject of ['vision.>', '_INBOX.>', '>']) {
      training.subscribe(subject, { callback: (error, message) => void (error === null ? heard.push(message.subject) : undefined) });
    }
    await training.flush();
    const backend = await as('backend');
    backend.publish('vision.training.rpc.cancelled.v1', 'x');
    backend.publish('_INBOX.of.others', 'x');
    await backend.flush();
    await training.flush();
    expect(heard).toEqual([]);
  });

  it('lets the consumer user read events and send commands, and publish no event', async () => {
    const consumer = await as('consumer');
    expect(await isRefused(consumer, 'vision.dataset.dataset.uploaded.v1')).toBe(true);
    expect(await isRefused(await as('consumer'), 'vision.training.rpc.start.v1')).toBe(false);
    const manager = await jetstreamManager(await as('consumer'));
    expect((await manager.consumers.add('VISION_DATASET', { durable_name: 'my-consumer', ack_policy: 'explicit' })).name).toBe('my-consumer');
  });
});

describe('startNats', () => {
  it('keeps messages over kill -9, and takes over from a server whose launcher is gone', async () => {
    const own = await mkdtemp(join(tmpdir(), 'vision-nats-'));
    const first = await startNats({ dataDirectory: own, users: [{ name: 'all', password: 'pw' }] });
    const connection = await connect({ servers: `127.0.0.1:${first.port}`, user: 'all', pass: 'pw' });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'S', subjects: ['s'] });
    await connection.request('s', 'kept');
    await connection.close();
    await first.kill();
    const second = await startNats({ dataDirectory: own, users: [{ name: 'all', password: 'pw' }] });
    const third = await startNats({ dataDirectory: own, users: [{ name: 'all', password: 'pw' }] });
    expect(isAlive(second.pid)).toBe(false);
    const again = await connect({ servers: `127.0.0.1:${third.port}`, user: 'all', pass: 'pw' });
    expect((await (await jetstreamManager(again)).streams.info('S')).state.messages).toBe(1);
    await again.close();
    await third.stop();
    await rm(own, { recursive: true, force: true });
  });
});
