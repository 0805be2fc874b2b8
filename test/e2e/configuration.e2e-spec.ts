import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const DIST = resolve(import.meta.dirname, '../../dist');

async function run(app: string, environment: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(DIST, app, 'apps', app, 'src/main.js'), ...(app === 'standalone' ? ['--data', join(tmpdir(), 'vision-never-made'), '--port', '0'] : [])], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

/** Somebody who would notice that a program went on to its services. */
async function listener(): Promise<{ port: number; connections: () => number; close: () => void }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, connections: () => connections, close: () => server.close() };
}

describe('the built programs with an environment that is wrong', () => {
  it('end with 78 before they reach for anything, and name every variable and no value', async () => {
    const services = await listener();
    const wrong = {
      NODE_ENV: 'production',
      DATABASE_URL: `postgres://postgres:postgres@127.0.0.1:${services.port}/vision`,
      NATS_URL: `nats://backend:backend@127.0.0.1:${services.port}`,
      S3_ENDPOINT: `http://127.0.0.1:${services.port}`,
      S3_SECRET_ACCESS_KEY: 'minioadmin',
      JWT_SECRET: 'changeme',
      LOG_LEVEL: 'loud-value',
    };
    const [backend, training, standalone] = await Promise.all([run('backend', wrong), run('training', wrong), run('standalone', wrong)]);
    expect([backend.code, training.code, standalone.code]).toEqual([78, 78, 78]);
    for (const name of ['DATABASE_URL', 'NATS_URL', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'JWT_SECRET', 'LOG_LEVEL']) expect(backend.said).toMatch(new RegExp(`^.*${name}: `, 'm'));
    for (const name of ['NATS_URL', 'S3_BUCKET', 'S3_SECRET_ACCESS_KEY', 'WORK_DIRECTORY', 'LOG_LEVEL']) expect(training.said).toMatch(new RegExp(`^.*${name}: `, 'm'));
    for (const name of ['JWT_SECRET', 'LOG_LEVEL']) expect(standalone.said).toMatch(new RegExp(`^.*${name}: `, 'm'));
    for (const { said } of [backend, training, standalone]) {
      expect(said).not.toMatch(/minioadmin|changeme|loud-value|postgres:postgres|backend:backend/);
      expect(said).not.toContain('    at ');
    }
    // The connection of this test shows that the listener counts.
    await once(connect(services.port, '127.0.0.1'), 'close');
    expect(services.connections()).toBe(1);
    services.close();
  });
});
