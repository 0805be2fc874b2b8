import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperationLedger } from '../../apps/backend/src/platform/storage/operation-ledger.js';
import { StoreInventory } from '../../apps/backend/src/platform/storage/store-inventory.js';
import { classesOf, CostUnderTest, type Classes } from './cost-under-test.js';
import { noise } from './noise.js';

interface Cost {
  readonly storage: readonly { readonly kind: string; readonly bytes: number; readonly objects: number | null; readonly listed_at: string | null }[];
  readonly operations: readonly { readonly operation: string; readonly class: string; readonly count: number; readonly announced: number }[];
  readonly requests: Classes;
  readonly operations_usd: number;
  readonly storage_usd_per_month: number;
  readonly month_usd: number;
}

/** What is counted is what the store was asked. That a forecast is what is counted: cost-forecasts.deep-spec.ts. */
let under: CostUnderTest;

beforeAll(async () => {
  under = await CostUnderTest.start();
});
afterAll(() => under?.close());

describe('operations', () => {
  it('counted for a dataset and for the installation are those of the store’s own book', async () => {
    under.store.server.resetStats();
    await under.pool.query('delete from store_operations');
    const ledger = under.backend.app.get(OperationLedger);
    const counted = async (): Promise<Record<string, number>> => {
      await ledger.flush();
      const { rows } = await under.pool.query<{ operation: string; count: number }>(`select operation, sum(count)::int as count from store_operations where kind in ('sent','proven') group by 1`);
      return Object.fromEntries(rows.map(({ operation, count }) => [operation, count]));
    };
    const before = await counted();
    under.store.server.resetStats();
    const [id, other] = [await under.dataset(2, 20), await under.people.createDataset(under.people.admin)];
    const bytes = noise('by url', 20);
    const announced = await under.call<{ files: { id: string; put: { url: string; headers: Record<string, string> } }[] }>('POST', `datasets/${other}/images/uploads`, { files: [{ file_name: 'url.png', size_bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), content_type: 'image/png' }] });
    const [file] = announced.body.files;
    expect((await fetch(file?.put.url ?? '', { method: 'PUT', headers: file?.put.headers ?? {}, body: new Uint8Array(bytes) })).status).toBe(200);
    expect((await under.call('POST', `datasets/${other}/images/uploads/complete`, { ids: [file?.id] })).status).toBe(200);
    await under.label(id, 1);
    expect((await under.call('POST', `datasets/${id}/snapshots`, { zip: true })).status).toBe(201);
    await under.untilStill(id);
    await under.untilStill(other);
    const after = await counted();
    const more = Object.fromEntries(Object.entries(after).flatMap(([name, count]) => (count > (before[name] ?? 0) ? [[name, count - (before[name] ?? 0)]] : [])));
    expect(more).toEqual(under.asked());
    // Written again it is what it was.
    await ledger.flush();
    expect(await counted()).toEqual(after);
    const cost = (await under.call<Cost>('GET', `datasets/${other}/cost`)).body;
    // Of the staging area it is not known whose it is.
    expect(cost.operations.find((one) => one.operation === 'CopyObject')).toMatchObject({ class: 'A', count: 1 });
    // The PUT by the URL, the copy to its place, and the live view.
    expect(cost.operations.find((one) => one.operation === 'PutObject')).toMatchObject({ count: 3 });
    const all = (await under.call<Cost>('GET', 'cost')).body;
    expect(all.requests.class_a).toBe(classesOf(after).class_a);
    expect(all.operations_usd).toBeCloseTo((all.requests.class_a * 4.5 + all.requests.class_b * 0.36) / 1e6, 9);
    // A URL is announced, and nobody knows whether it is used.
    await under.call('GET', `datasets/${id}/images`);
    expect((await under.call<Cost>('GET', `datasets/${id}/cost`)).body.operations.find((one) => one.operation === 'GetObject')?.announced).toBeGreaterThan(0);
  });

  it('of a worker are told by its hello, and those of a job are its dataset’s', async () => {
    const [id, job, process] = [await under.people.createDataset(under.people.admin), randomUUID(), randomUUID()];
    await under.pool.query(
      `insert into training_jobs (id, dataset_id, dataset_name, requested_by, model, hyperparameters, state, epochs, created_at, revision) select $1, $2, 'x', id, 'cnn-small', '{}', 'queued', 1, now(), 1 from users limit 1`,
      [job, id],
    );
    const day = new Date().toISOString().slice(0, 10);
    const said = (count: number): Parameters<OperationLedger['recordOf']>[1] => [
      { day, scope: `models/${job}`, operation: 'HeadObject', kind: 'sent', count },
      { day, scope: `datasets/${id}`, operation: 'GetObject', kind: 'sent', count: 1 },
      { day, scope: `datasets/${id}`, operation: 'Nonsense', kind: 'sent', count: 1_000 },
      { day: '2020-01-01', scope: `datasets/${id}`, operation: 'GetObject', kind: 'sent', count: 1_000 },
    ];
    const ledger = under.backend.app.get(OperationLedger);
    // Told late, or twice: the largest counts.
    for (const count of [3, 5, 3]) await ledger.recordOf(process, said(count));
    await ledger.recordOf(randomUUID(), said(2));
    expect((await under.call<Cost>('GET', `datasets/${id}/cost`)).body.requests).toEqual({ class_a: 0, class_b: 9 });
  });

  it('are nobody’s business but the administrator’s, and a dataset’s are its members’', async () => {
    const id = await under.people.createDataset(under.people.admin);
    const other = await under.people.makeUser();
    expect((await under.people.call('GET', 'cost', { token: other.token })).status).toBe(403);
    expect((await under.people.call('GET', `datasets/${id}/cost`, { token: other.token })).status).toBe(404);
    expect((await under.people.call('GET', `datasets/${id}/cost/forecast?action=snapshot`, { token: other.token })).status).toBe(404);
    expect((await under.call('GET', `datasets/${id}/cost/forecast?action=delete`)).status).toBe(400);
    // An empty dataset makes no version.
    expect((await under.call('GET', `datasets/${id}/cost/forecast?action=snapshot`)).status).toBe(409);
  });
});

describe('bytes in the store', () => {
  it('are told by the rows, and by a list of the store once there is one', async () => {
    const id = await under.dataset(2, 40);
    const answer = await under.call<Cost>('GET', `datasets/${id}/cost`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const before = answer.body;
    expect(before.storage).toMatchObject([{ kind: 'originals', objects: null, listed_at: null }]);
    await under.backend.app.get(StoreInventory).take();
    const after = (await under.call<Cost>('GET', `datasets/${id}/cost`)).body;
    expect(after.storage.find((one) => one.kind === 'originals')).toMatchObject({ bytes: before.storage[0]?.bytes, objects: 2 });
    expect(after.storage.find((one) => one.kind === 'labels')).toMatchObject({ objects: 2 });
    const all = (await under.call<Cost>('GET', 'cost')).body;
    let listed = 0;
    for (const { bytes } of all.storage) listed += bytes;
    const { rows } = await under.pool.query<{ sum: number }>('select sum(bytes)::float8 as sum from store_inventory');
    expect(listed).toBe(rows[0]?.sum);
    expect(all.storage_usd_per_month).toBeCloseTo((listed / 1e9) * 0.015, 8);
    expect(all.month_usd).toBeGreaterThan(all.storage_usd_per_month);
  });
});
