import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as localServices from '@app/local-services';
import type { TestProject } from 'vitest/node';
import type { TestStore } from './test-services.js';

type Stop = () => Promise<unknown>;

/** Starts Postgres, NATS and the object store once for all files of the `int` project, and stops them at the end. */
export default async function setup(project: TestProject): Promise<Stop> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-int-'));
  // As root Postgres runs as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  const stops: Stop[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await localServices.startPostgres({
      dataDirectory: join(folder, 'postgres'),
      // Test data need not survive the machine.
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    });
    stops.push(() => postgres.stop());
    const nats = await localServices.startNats({ dataDirectory: join(folder, 'nats'), users: [{ name: 'test', password: 'test-password' }] });
    stops.push(() => nats.stop());
    project.provide('postgresUrl', postgres.url);
    project.provide('natsUrl', nats.urlFor('test'));
    project.provide('store', await startStore(join(folder, 'store'), stops));
    return stopAll;
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startStore(dataDirectory: string, stops: Stop[]): Promise<TestStore> {
  const [secretAccessKey, readonlySecretAccessKey] = [randomBytes(20).toString('hex'), randomBytes(20).toString('hex')];
  const facts = { bucket: 'vision-test', accessKeyId: 'test-write', secretAccessKey, readonlyAccessKeyId: 'test-read', readonlySecretAccessKey };
  const store = await localServices.startObjectStore({
    dataDirectory,
    bucket: facts.bucket,
    credentials: [
      { accessKeyId: facts.accessKeyId, secretAccessKey, mode: 'read-write' },
      { accessKeyId: facts.readonlyAccessKeyId, secretAccessKey: readonlySecretAccessKey, mode: 'read-only' },
    ],
  });
  stops.push(() => store.close());
  return { endpoint: store.endpoint, ...facts };
}
