import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { addImages } from '../contract/labels-under-test.js';
import { descendantsOf } from '../e2e/process-tree.js';

const WRITERS = 64;
const IMAGES = 50;
const KILLS = 3;
const ACKS_BETWEEN = 250;
const BACKEND = 'dist/backend/apps/backend/src/main.js';

let product: Product;
let api: ApiClient;
let pool: pg.Pool;
let dataset = '';

beforeAll(async () => {
  product = await startProduct();
  api = await ApiClient.logIn(product);
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  dataset = (await api.call<{ id: string }>('POST', 'datasets/create', { name: 'killed', task_type: 'object_detection', classes: [{ name: 'a' }] })).body.id;
  await addImages(pool, dataset, IMAGES);
});
afterAll(async () => {
  await pool?.end();
  await product?.stop();
});

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Adds one marked object and does not give up before it is known whether it was written: the same key until there is an answer. */
async function addMarked(mark: number, isOver: () => boolean): Promise<'written' | 'unknown'> {
  const path = `datasets/${dataset}/annotations/${1 + (mark % IMAGES)}`;
  const body = { annotation: { class_id: 0, bbox: [1, 1, 5, 5], attributes: { mark } } };
  for (;;) {
    const read = await api.call<{ revision: number }>('GET', path).catch(() => null);
    if (read?.status !== 200) {
      if (isOver()) return 'unknown';
      await pause(50);
      continue;
    }
    const key = randomUUID();
    for (;;) {
      const answer = await api.call('PATCH', path, body, { 'if-match': `"${read.body.revision}"`, 'idempotency-key': key }).catch(() => null);
      if (answer?.status === 200) return 'written';
      if (answer?.status === 412) break;
      if (answer !== null && answer.status !== 503) throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      await pause(50);
    }
  }
}

async function backendPid(): Promise<number> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
    const [pid] = descendantsOf(product.process.pid ?? 0, BACKEND);
    const ready = await fetch(`${product.url}/api/v1/health/ready`).catch(() => null);
    if (pid !== undefined && ready?.status === 200) return pid;
  }
  throw new Error('the backend does not come back');
}

describe.runIf(existsSync('/proc'))('the backend killed with -9 under 64 writers of labels', () => {
  it('keeps every acknowledged edit once, and the history of every image is a chain', async () => {
    const acknowledged: number[] = [];
    let mark = 0;
    let over = false;
    const writers = Array.from({ length: WRITERS }, async () => {
      while (!over) {
        const own = mark++;
        if ((await addMarked(own, () => over)) === 'written') acknowledged.push(own);
      }
    });
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const pid = await backendPid();
      const from = acknowledged.length;
      for (const deadline = Date.now() + 60_000; acknowledged.length < from + ACKS_BETWEEN && Date.now() < deadline; ) await pause(5);
      expect(acknowledged.length).toBeGreaterThanOrEqual(from + ACKS_BETWEEN);
      process.kill(pid, 'SIGKILL');
    }
    await backendPid();
    await pause(500);
    over = true;
    await Promise.all(writers);

    const { rows } = await pool.query<{ mark: number; times: number }>(`select (o->'attributes'->>'mark')::int as mark, count(*)::int as times from dataset_images i, jsonb_array_elements(i.objects) as o where i.dataset_id = $1 group by 1 order by 1`, [dataset]);
    expect(rows.filter((row) => row.times !== 1)).toEqual([]);
    expect(rows.map((row) => row.mark)).toEqual([...acknowledged].sort((a, b) => a - b));
    const chains = await pool.query<{ number: number; revision: number; chain: number[]; marks: number }>(
      `select i.number, i.revision, array(select revision from dataset_changes c where c.dataset_id = i.dataset_id and c.number = i.number order by seq) as chain, jsonb_array_length(i.objects) as marks from dataset_images i where i.dataset_id = $1`,
      [dataset],
    );
    for (const { revision, chain, marks } of chains.rows) {
      expect(chain).toEqual(Array.from({ length: revision - 1 }, (_, at) => at + 2));
      expect(marks).toBe(revision - 1);
    }
    // And every edit is told to the world once.
    const events = await pool.query<{ events: number; seqs: number }>(`select count(*)::int as events, count(distinct e.event->'data'->>'seq')::int as seqs from outbox o cross join lateral jsonb_array_elements(case jsonb_typeof(o.event) when 'array' then o.event else jsonb_build_array(o.event) end) as e (event) where e.event->'data'->>'dataset_id' = $1 and o.stream = 'VISION_ANNOTATION'`, [dataset]);
    expect(events.rows[0]).toEqual({ events: acknowledged.length, seqs: acknowledged.length });
  });
});
