import { afterEach, expect, it } from 'vitest';
import { HealthChecks } from './health-checks.js';
import { HealthServer } from './health-server.js';

const servers: HealthServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function ask(options: { readonly connected: boolean; readonly lost: boolean; readonly store: () => Promise<void> }): Promise<unknown[]> {
  const server = new HealthServer(new HealthChecks({ isBrokerConnected: () => options.connected, isBrokerLost: () => options.lost, pingStore: options.store }));
  servers.push(server);
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const [live, ready] = await Promise.all(['live', 'ready'].map((name) => fetch(`http://127.0.0.1:${port}/health/${name}`)));
  return [live?.status, ready?.status, ((await ready?.json()) as { parts: unknown }).parts];
}

it('tells "start me again" from "something is away"', async () => {
  const up = (): Promise<void> => Promise.resolve();
  const down = (): Promise<void> => Promise.reject(new Error('no store'));
  expect(await ask({ connected: true, lost: false, store: up })).toEqual([200, 200, { broker: 'up', store: 'up' }]);
  expect(await ask({ connected: true, lost: false, store: down })).toEqual([200, 503, { broker: 'up', store: 'down' }]);
  expect(await ask({ connected: false, lost: false, store: up })).toEqual([200, 503, { broker: 'down', store: 'up' }]);
  expect(await ask({ connected: false, lost: true, store: up })).toEqual([503, 503, { broker: 'down', store: 'up' }]);
});
