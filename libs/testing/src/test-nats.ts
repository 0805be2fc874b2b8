import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsUser } from '@app/local-services';

/** A NATS of one test, which may kill it, delete its store and start it again on the same port. */
export interface TestNats {
  readonly url: string;
  readonly port: number;
  urlFor(user: string): string;
  /** kill -9. */
  kill(): Promise<void>;
  /** As a broker that lost its disk; only while it is not running. */
  deleteStore(): Promise<void>;
  /** On the same port, with what its folder still holds. */
  restart(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

export const TEST_NATS_USER: NatsUser = { name: 'test', password: 'test-password' };

export async function startTestNats(options: { readonly users?: readonly NatsUser[] } = {}): Promise<TestNats> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-test-nats-'));
  const users = [TEST_NATS_USER, ...(options.users ?? [])];
  let server = await startNats({ dataDirectory: folder, users });
  const { port } = server;
  return {
    url: server.urlFor(TEST_NATS_USER.name),
    port,
    urlFor: (user) => server.urlFor(user),
    kill: () => server.kill(),
    deleteStore: () => rm(join(folder, 'jetstream'), { recursive: true, force: true }),
    restart: async () => {
      server = await startNats({ dataDirectory: folder, users, port });
    },
    close: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
