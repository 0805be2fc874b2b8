import { freePort } from '@app/local-services';
import { NatsLink } from '@app/messaging';
import { startStoreProxy, testServices, type StoreProxy } from '@app/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest } from './labels-under-test.js';

let labels: LabelsUnderTest;
let dataset = '';
let metricsUrl = '';
let store: StoreProxy;

beforeAll(async () => {
  const port = await freePort();
  metricsUrl = `http://127.0.0.1:${port}/metrics`;
  store = await startStoreProxy(Number(new URL(testServices().store.endpoint).port));
  labels = await LabelsUnderTest.start({ METRICS_PORT: String(port), S3_ENDPOINT: store.endpoint });
  labels.pool.on('error', () => undefined);
  dataset = await labels.dataset('object_detection', { images: 5 });
  // No stream takes it: it is unpublished for as long as it is there.
  await labels.pool.query(`insert into outbox (id, stream, type, event, created_at) values (gen_random_uuid(), 'VISION_DATASET', 'held', '{}', now() - interval '90 seconds')`);
});
afterAll(async () => {
  await labels.close();
  await store.close();
});

const read = async (): Promise<string> => (await fetch(metricsUrl)).text();
const routesIn = (text: string): string[] => [...new Set([...text.matchAll(/route="([^"]*)"/g)].map((found) => found[1] ?? ''))];
const valueOf = (text: string, series: string): number => Number(text.split('\n').find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? Number.NaN);

describe('the metrics of a backend', () => {
  it('tell requests by route, status and the time of saves, and no id of anybody', async () => {
    expect((await labels.patch(dataset, 1, { revision: 1, body: { annotation: { bbox: [1, 2, 3, 4], class_id: 1 } } })).status).toBe(200);
    expect((await labels.patch(dataset, 1, { revision: 1, body: { annotation: { bbox: [1, 2, 3, 4], class_id: 1 } } })).status).toBe(412);
    await labels.call('GET', 'training/jobs/0193aaaa-0000-7000-8000-00000000dead');
    const text = await read();
    const route = '/api/v1/datasets/:id/annotations/:image_id';
    expect(valueOf(text, `vision_http_request_duration_seconds_count{method="PATCH",route="${route}",status="2xx"}`)).toBe(1);
    expect(valueOf(text, `vision_http_request_duration_seconds_count{method="PATCH",route="${route}",status="4xx"}`)).toBe(1);
    expect(valueOf(text, 'vision_annotation_save_duration_seconds_count{outcome="saved"}')).toBe(1);
    expect(valueOf(text, 'vision_annotation_save_duration_seconds_count{outcome="conflict"}')).toBe(1);
    expect(text).not.toContain(dataset);
    expect(text).not.toContain('0193aaaa');
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
  });

  it('have as many series after a hundred made-up paths as after one', async () => {
    await labels.call('GET', 'nothing/here');
    const before = (await read()).split('\n').length;
    await Promise.all(Array.from({ length: 100 }, (_, index) => labels.call('GET', `nothing/${index}?x=${index}`)));
    await Promise.all(Array.from({ length: 10 }, (_, index) => fetch(`${labels.backend.url}/${index}%ZZ`)));
    const after = await read();
    expect(routesIn(after)).toContain('none');
    for (const route of routesIn(after)) expect(route).toMatch(/^(none|(\/(:?[a-z_]+|v1|api-keys|[a-z-]+|\*))+)$/);
    expect(after.split('\n').length - before).toBeLessThanOrEqual(0);
  });

  it('tell how far events are behind and who waits for a worker', async () => {
    const text = await read();
    expect(valueOf(text, 'vision_outbox_oldest_seconds')).toBeGreaterThan(80);
    expect(valueOf(text, 'vision_outbox_unpublished')).toBeGreaterThanOrEqual(1);
    expect(valueOf(text, 'vision_training_queue_pending{lane="default"}')).toBe(0);
    expect(valueOf(text, 'vision_training_jobs{state="running"}')).toBe(0);
    expect(valueOf(text, 'vision_broker_connected')).toBe(1);
  });

  it('tell what the store was asked, by the class that it is billed in', async () => {
    await labels.call('GET', 'health/ready');
    expect(await read()).toMatch(/^vision_store_operations_total\{(operation="HeadBucket",class="B"|class="B",operation="HeadBucket")\} [1-9]/m);
  });

  it('are read on their own port and on no other', async () => {
    expect((await fetch(`${labels.backend.url}/metrics`)).status).toBe(404);
    expect((await fetch(metricsUrl.replace('/metrics', '/api/v1/health/live'))).status).toBe(404);
  });

  it('are there while the store, then the database is away, which readiness names and liveness does not mind', async () => {
    const parts = async (): Promise<unknown[]> => {
      const ready = await labels.call('GET', 'health/ready');
      return [(await labels.call('GET', 'health/live')).status, ready.status, ready.body['parts']];
    };
    store.before = () => Promise.reject(new Error('away'));
    await expect.poll(parts, { timeout: 20_000 }).toEqual([200, 503, { database: 'up', store: 'down', broker: 'up' }]);
    store.before = () => undefined;
    const admin = new pg.Client({ connectionString: testServices().postgresUrl });
    await admin.connect();
    const name = new URL(labels.backend.databaseUrl).pathname.slice(1);
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await expect.poll(parts, { timeout: 20_000 }).toEqual([200, 503, { database: 'down', store: 'up', broker: 'up' }]);
    await expect.poll(async () => /^vision_outbox_unpublished /m.test(await read()), { timeout: 10_000, interval: 500 }).toBe(false);
    expect(valueOf(await read(), 'vision_scrape_failures_total{source="outbox"}')).toBeGreaterThan(0);
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    await expect.poll(parts, { timeout: 20_000 }).toEqual([200, 200, { database: 'up', store: 'up', broker: 'up' }]);
  });

  it('go on while the liveness asks for a restart: the connection to the broker was given up for good', async () => {
    const health = (name: string): ReturnType<typeof labels.call> => labels.call('GET', `health/${name}`);
    expect((await health('live')).status).toBe(200);
    await (await labels.backend.app.get(NatsLink).whenConnected()).close();
    await expect.poll(async () => (await health('live')).status).toBe(503);
    expect((await health('live')).body).toMatchObject({ code: 'unavailable', parts: { broker: 'lost' } });
    expect(await health('ready')).toMatchObject({ status: 200, body: { status: 'degraded', parts: { database: 'up', store: 'up', broker: 'down' } } });
    expect((await fetch(metricsUrl)).status).toBe(200);
  });
});
