import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@app/observability';
import { startTestNats, testServices, type TestNats } from '@app/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrainingConfig } from './config/training-config.js';
import { startTrainingService, type TrainingService } from './training-service.js';

let workDirectory: string;
let nats: TestNats;
let service: TrainingService | undefined;

beforeEach(async () => {
  workDirectory = await mkdtemp(join(tmpdir(), 'vision-service-'));
  nats = await startTestNats();
});
afterEach(async () => {
  for (const step of service?.shutdownSteps ?? []) await step.run();
  service = undefined;
  await nats.close();
  await rm(workDirectory, { recursive: true, force: true });
});

async function start(changes: Record<string, string> = {}): Promise<TrainingService> {
  const { store } = testServices();
  const config = TrainingConfig.read({
    NATS_URL: nats.url,
    S3_ENDPOINT: store.endpoint,
    S3_BUCKET: store.bucket,
    S3_ACCESS_KEY_ID: store.readonlyAccessKeyId,
    S3_SECRET_ACCESS_KEY: store.readonlySecretAccessKey,
    WORK_DIRECTORY: workDirectory,
    HEALTH_PORT: '0',
    ...changes,
  });
  service = await startTrainingService(config, createLogger({ name: 'test', level: 'silent' }));
  return service;
}

async function ready(port: number): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
  return { status: response.status, body: await response.json() };
}

async function becomes(port: number, status: number): Promise<{ status: number; body: unknown }> {
  const deadline = Date.now() + 20_000;
  for (let last = await ready(port); ; last = await ready(port)) {
    if (last.status === status || Date.now() > deadline) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('the training service', () => {
  it('is ready with broker and store, not ready without the broker, and ready again when it is back', async () => {
    const { healthPort } = await start();
    expect(await becomes(healthPort, 200)).toEqual({ status: 200, body: { status: 'ok', parts: { broker: 'up', store: 'up' } } });
    await nats.kill();
    expect(await becomes(healthPort, 503)).toMatchObject({ status: 503, body: { parts: { broker: 'down', store: 'up' } } });
    expect((await fetch(`http://127.0.0.1:${healthPort}/health/live`)).status).toBe(200);
    await nats.restart();
    expect((await becomes(healthPort, 200)).status).toBe(200);
  });

  it('starts before the broker is there', async () => {
    await nats.kill();
    const { healthPort } = await start();
    expect((await ready(healthPort)).status).toBe(503);
    await nats.restart();
    expect((await becomes(healthPort, 200)).status).toBe(200);
  });

  it('is not ready with a credential that the store refuses', async () => {
    const { healthPort } = await start({ S3_SECRET_ACCESS_KEY: 'another-secret-than-the-stores' });
    await becomes(healthPort, 503);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await ready(healthPort)).toMatchObject({ status: 503, body: { parts: { broker: 'up', store: 'down' } } });
  });

  it('sweeps what an earlier process left behind', async () => {
    await mkdir(join(workDirectory, 'attempts', 'left-behind-1'), { recursive: true });
    await mkdir(join(workDirectory, 'cache'));
    await writeFile(join(workDirectory, 'cache', 'half.part'), 'x');
    await start();
    expect([await readdir(join(workDirectory, 'attempts')), await readdir(join(workDirectory, 'cache'))]).toEqual([[], []]);
  });
});
