import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNatsServer, freePort, natsServerVersion, TRAINING_INBOX_PREFIX } from '@app/local-services';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { FILLED } from './manifests.js';
import { localConf, usersConf } from './nats-config.js';

interface RunningServer {
  readonly port: number;
  readonly process: ChildProcess;
}

/** Servers of this machine with the configuration of k8s/components/nats; on nats-server 2.9 without `sync_interval`, which only later ones know. */
export class NatsOfTheCluster {
  private readonly open: NatsConnection[] = [];

  private constructor(
    private readonly folder: string,
    readonly servers: readonly RunningServer[],
  ) {}

  static async start(count: number): Promise<NatsOfTheCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'vision-nats-cluster-'));
    const binary = await findNatsServer();
    const version = await natsServerVersion(binary);
    const ports = await Promise.all(Array.from({ length: count }, async () => ({ port: await freePort(), clusterPort: await freePort() })));
    const routes = ports.map(({ clusterPort }) => `nats-route://route:${FILLED['NATS_ROUTE_PASSWORD'] ?? ''}@127.0.0.1:${clusterPort}`).join(',');
    const servers = ports.map((at, index) => {
      const own = join(folder, `nats-${index}`);
      mkdirSync(own);
      writeFileSync(join(own, 'nats.conf'), localConf({ ...at, folder: own, version }));
      writeFileSync(join(own, 'users.conf'), usersConf());
      return { port: at.port, process: spawn(binary, [`--config=${join(own, 'nats.conf')}`, `--routes=${routes}`], { stdio: 'ignore', env: { ...FILLED, POD_NAME: `vision-nats-${index}` } }) };
    });
    return new NatsOfTheCluster(folder, servers);
  }

  async as(user: 'backend' | 'training' | 'consumer', ports = this.servers.map((one) => one.port)): Promise<NatsConnection> {
    const inbox = { backend: { inboxPrefix: '_INBOX_backend' }, training: { inboxPrefix: TRAINING_INBOX_PREFIX }, consumer: {} }[user];
    const connection = await connect({ servers: ports.map((one) => `127.0.0.1:${one}`), user, pass: FILLED[`NATS_${user.toUpperCase()}_PASSWORD`] ?? '', ...inbox });
    this.open.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const connection of this.open) await connection.close();
    for (const { process: child } of this.servers) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Publishes; answers whether the server refused. The flush orders its complaint before its answer. */
export async function isRefused(connection: NatsConnection, subject: string): Promise<boolean> {
  let refused = false;
  void (async () => {
    for await (const status of connection.status()) if (status.type === 'error' && /permissions violation/i.test(status.error.message)) refused = true;
  })();
  connection.publish(subject, '{}');
  await connection.flush();
  await sleep(50);
  return refused;
}
