import { afterEach, describe, expect, it, vi } from 'vitest';
import { METRICS, Metrics, MetricsServer, namesOfMetrics } from '../index.js';

const small = (): Metrics => new Metrics('backend', { withProcess: false });
const seriesOf = (text: string, name: string): string[] => text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe('Metrics', () => {
  it('tells what was counted, observed and set', async () => {
    const metrics = small();
    metrics.count('vision_snapshot_bytes_total', { how: 'moved' }, 512);
    metrics.observe('vision_annotation_save_duration_seconds', { outcome: 'saved' }, 0.004);
    metrics.set('vision_training_queue_pending', { lane: 'gpu' }, 3);
    const { text, contentType } = await metrics.text();
    expect(contentType).toContain('version=0.0.4');
    expect(text).toContain('vision_snapshot_bytes_total{how="moved"} 512');
    expect(text).toContain('vision_annotation_save_duration_seconds_bucket{le="0.002",outcome="saved"} 0');
    expect(text).toContain('vision_annotation_save_duration_seconds_bucket{le="0.005",outcome="saved"} 1');
    expect(text).toContain('vision_training_queue_pending{lane="gpu"} 3');
  });

  it('has every metric of its process and none of the other', async () => {
    const { text } = await small().text();
    for (const name of namesOfMetrics()) expect(text.includes(`# TYPE ${name} `), name).toBe((METRICS[name].apps as readonly string[]).includes('backend'));
    expect(() => small().count('vision_training_epochs_total', {})).toThrow('not a metric of this process');
  });

  it('keeps the number of series, whatever values labels are given', async () => {
    const metrics = small();
    for (let index = 0; index < 1000; index += 1) {
      metrics.count('vision_messages_handled_total', { consumer: `consumer-${index}`, outcome: `outcome-${index}` });
      metrics.count('vision_scrape_failures_total', { source: `0193-${index}` });
    }
    const { text } = await metrics.text();
    expect(seriesOf(text, 'vision_messages_handled_total')).toHaveLength(METRICS.vision_messages_handled_total.labels.consumer + 1);
    expect(text).toContain('vision_messages_handled_total{consumer="other",outcome="other"} 950');
    expect(text).not.toContain('consumer-50"');
  });

  it('declares bounds for every label: lists, or some hundred values at most', () => {
    for (const name of namesOfMetrics()) {
      const bounds = Object.values(METRICS[name].labels).map((bound: readonly string[] | number) => (typeof bound === 'number' ? bound : bound.length));
      expect(bounds.reduce((product, bound) => product * (bound + 1), 1), name).toBeLessThanOrEqual(20_000);
    }
  });
});

describe('what is read at a scrape', () => {
  afterEach(() => vi.useRealTimers());

  it('is absent while it cannot be read, and the failure is counted', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const metrics = small();
    let [rows, isDown] = [7, false];
    metrics.sample('outbox', ['vision_outbox_unpublished'], async () => {
      if (isDown) throw new Error('the database is away');
      return Promise.resolve([{ name: 'vision_outbox_unpublished', labels: {}, value: rows }]);
    });
    expect((await metrics.text()).text).toContain('vision_outbox_unpublished 7');
    rows = 8;
    expect((await metrics.text()).text).toContain('vision_outbox_unpublished 7');
    vi.advanceTimersByTime(5_001);
    expect((await metrics.text()).text).toContain('vision_outbox_unpublished 8');
    isDown = true;
    vi.advanceTimersByTime(5_001);
    const { text } = await metrics.text();
    expect(seriesOf(text, 'vision_outbox_unpublished')).toEqual([]);
    expect(text).toContain('vision_scrape_failures_total{source="outbox"} 1');
  });

  it('does not wait for a source that hangs', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const metrics = small();
    metrics.sample('training-queue', ['vision_training_workers'], () => new Promise(() => undefined));
    const asked = metrics.text();
    await vi.advanceTimersByTimeAsync(2_001);
    expect((await asked).text).toContain('vision_scrape_failures_total{source="training-queue"} 1');
  });

  it('forgets the lanes that are gone', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const metrics = small();
    let lane = 'old';
    metrics.sample('training-queue', ['vision_training_queue_pending'], () => Promise.resolve([{ name: 'vision_training_queue_pending', labels: { lane }, value: 1 }]));
    await metrics.text();
    lane = 'new';
    vi.advanceTimersByTime(5_001);
    expect(seriesOf((await metrics.text()).text, 'vision_training_queue_pending')).toEqual(['vision_training_queue_pending{lane="new"} 1']);
  });
});

describe('MetricsServer', () => {
  it('answers GET /metrics and nothing else, and names no software', async () => {
    const server = new MetricsServer(new Metrics('training'));
    const port = await server.listen({ host: '127.0.0.1', port: 0 });
    const ask = (path: string, method = 'GET'): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`, { method });
    const answer = await ask('/metrics');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/nodejs_eventloop_lag_p99_seconds [\d.]+/);
    expect([...answer.headers.keys()].sort()).toEqual(['cache-control', 'connection', 'content-type', 'date', 'keep-alive', 'transfer-encoding']);
    expect((await ask('/')).status).toBe(404);
    expect((await ask('/health/live')).status).toBe(404);
    expect((await ask('/metrics', 'POST')).status).toBe(405);
    await server.close();
    await expect(ask('/metrics')).rejects.toThrow();
  });
});
