import { Clock } from '@app/kernel';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PurgeDatasetsCommand } from '../../apps/backend/src/modules/dataset/application/commands/purge-datasets/purge-datasets.command.js';
import { SweepOrphansCommand } from '../../apps/backend/src/modules/dataset/application/commands/sweep-orphans/sweep-orphans.command.js';
import { ImageWorkbench, png } from './image-workbench.js';

/** What is removed by the clock: datasets of the trash after 30 days, objects that no image knows after one. */
let bench: ImageWorkbench;
const DAY = 86_400_000;
beforeAll(async () => {
  bench = await ImageWorkbench.open();
});
afterAll(() => bench.close());
afterEach(() => vi.restoreAllMocks());

const daysLater = (days: number): void => void vi.spyOn(bench.backend.app.get(Clock), 'now').mockImplementation(() => new Date(Date.now() + days * DAY));
const purge = async (): Promise<number> => (await bench.backend.app.get(CommandBus).execute(new PurgeDatasetsCommand())).count;
const sweep = async (): Promise<number> => (await bench.backend.app.get(CommandBus).execute(new SweepOrphansCommand())).count;

const TABLES = ['datasets', 'dataset_classes', 'dataset_images', 'dataset_image_classes', 'dataset_changes', 'dataset_findings', 'dataset_imports', 'image_uploads', 'image_processing', 'dataset_members', 'snapshots'];
const rowsOf = async (id: string): Promise<string[]> => {
  const left: string[] = [];
  for (const table of TABLES) if ((await bench.rows(`select 1 from ${table} where ${table === 'datasets' ? 'id' : 'dataset_id'} = $1`, [id])).length > 0) left.push(table);
  return left;
};

describe('a dataset in the trash', () => {
  it('can be taken back for 30 days, and is then removed with its objects, but not with those that were registered where they lay', async () => {
    const [id, other] = [await bench.dataset(), await bench.dataset()];
    for (const one of [id, other]) await bench.send(one, [{ name: 'a.png', bytes: png(1) }, { name: 'b.png', bytes: png(2) }]);
    const foreign = `imports/${id}/c.png`;
    await bench.store.put(foreign, png(3));
    await bench.rows(`update dataset_images set object_key = $2 where dataset_id = $1 and number = 2`, [id, foreign]);
    await bench.announce(id, [{ name: 'x.png', bytes: png(4) }]);
    await bench.rows(`insert into dataset_findings (dataset_id, position, code, message) values ($1, 1, 'x', 'x')`, [id]);
    await bench.rows(`insert into dataset_image_classes values ($1, 0, 1)`, [id]);
    await bench.rows(`insert into snapshots (id, dataset_id, version, content_hash, state, requested_by, num_images, num_labeled, created_at) select gen_random_uuid(), id, 1, '', 'failed', created_by, 0, 0, now() from datasets where id = $1`, [id]);
    expect((await bench.call('DELETE', `datasets/${id}`)).status).toBe(204);
    const planned = (await bench.call('GET', 'maintenance/trash')).body['items'];
    expect(planned).toMatchObject([{ id, due: false, going: false, num_images: 2 }]);
    daysLater(29.9);
    expect(await purge()).toBe(0);
    expect((await bench.call('POST', `datasets/${id}/restore`)).status).toBe(200);
    await bench.call('DELETE', `datasets/${id}`);
    daysLater(60.1);
    expect((await bench.call('GET', 'maintenance/trash')).body['items']).toMatchObject([{ id, due: true }]);
    expect(await rowsOf(id)).toContain('dataset_images');
    expect(await purge()).toBe(1);
    expect(await rowsOf(id)).toEqual([]);
    expect(await bench.keys(`datasets/${id}/`)).toEqual([]);
    expect(await bench.keys(foreign)).toEqual([foreign]);
    expect(await purge()).toBe(0);
    expect((await bench.call('GET', 'maintenance/trash')).body['items']).toEqual([]);
    expect(await bench.faults(other)).toEqual([]);
  });

  it('whose removal began is not taken back, and goes on after a crash', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(1) }]);
    await bench.call('DELETE', `datasets/${id}`);
    daysLater(31);
    await bench.rows('update datasets set purge_started_at = now() where id = $1', [id]);
    expect((await bench.call('POST', `datasets/${id}/restore`)).status).toBe(404);
    const trashed = (await bench.call('GET', 'datasets?trashed=true')).body['items'] as { id: string }[];
    expect(trashed.map((one) => one.id)).not.toContain(id);
    daysLater(31);
    expect(await purge()).toBe(1);
    expect(await rowsOf(id)).toEqual([]);
    expect(await bench.keys(`datasets/${id}/`)).toEqual([]);
  });

  it('is planned for the administrator only', async () => {
    const made = (await bench.call('POST', 'users', { email: 'someone@vision.test', display_name: 'x' })).body as { one_time_password: string };
    const login = await fetch(`${bench.backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'someone@vision.test', password: made.one_time_password }) });
    const { access_token: token } = (await login.json()) as { access_token: string };
    expect((await bench.call('GET', 'maintenance/trash', undefined, { authorization: `Bearer ${token}` })).status).toBe(403);
  });
});

describe('an object of no image', () => {
  it('is removed after a day; those of images, of removed ones and of those before a replacement that a version has stay, and so do keys that are not ours', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(1) }, { name: 'b.png', bytes: png(2) }]);
    await bench.call('POST', `datasets/${id}/snapshots`, {});
    await bench.send(id, [{ name: 'a.png', bytes: png(3) }], { on_conflict: 'replace' });
    await bench.call('POST', `datasets/${id}/snapshots`, {});
    await bench.send(id, [{ name: 'a.png', bytes: png(4) }], { on_conflict: 'replace' });
    await bench.call('DELETE', `datasets/${id}/images/2`);
    const kept = [...(await bench.keys(`datasets/${id}/images/`)), `datasets/${id}/images/notes.txt`, `datasets/${id}/thumbnails/000001.webp`, `datasets/${id}/thumbnails/000002.webp`, `datasets/${id}/previews/000001.webp`, `datasets/${id}/annotations.json`];
    expect(kept).toHaveLength(9);
    const orphans = [`datasets/${id}/images/000002.jpg`, `datasets/${id}/images/000099.png`, `datasets/${id}/thumbnails/000099.webp`, `datasets/${id}/previews/000099.webp`];
    for (const key of [...kept.slice(4), ...orphans]) await bench.store.put(key, png(9));
    expect(await sweep()).toBe(0);
    daysLater(1.01);
    expect(await bench.backend.app.get(CommandBus).execute(new SweepOrphansCommand(true))).toEqual({ count: orphans.length, bytes: orphans.length * png(9).length });
    expect(await sweep()).toBe(orphans.length);
    expect((await bench.keys(`datasets/${id}/`)).filter((key) => !key.includes('/snapshots/')).sort()).toEqual([...kept].sort());
    expect(await sweep()).toBe(0);
  });
});

describe('bytes from before a replacement', () => {
  const originals = (id: string): Promise<string[]> => bench.keys(`datasets/${id}/images/`);
  const replace = (id: string, seed: number): Promise<unknown> => bench.send(id, [{ name: 'a.png', bytes: png(seed) }], { on_conflict: 'replace' });
  const change = async (id: string, seed: number): Promise<string> => {
    const before = await originals(id);
    await replace(id, seed);
    return (await originals(id)).find((key) => !before.includes(key)) ?? '';
  };

  it('are removed a day after, where no version has them', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(1) }, { name: 'b.png', bytes: png(2) }]);
    const [first = '', other = ''] = await originals(id);
    const second = await change(id, 3);
    expect((await bench.call('POST', `datasets/${id}/snapshots`, {})).status).toBe(201);
    const third = await change(id, 4);
    const fourth = await change(id, 5);
    await bench.rows(`update dataset_changes set at = at + interval '1 day' where dataset_id = $1 and seq = (select max(seq) from dataset_changes where dataset_id = $1)`, [id]);
    daysLater(1.01);
    expect(await sweep()).toBe(1);
    // The first went; the second is of version 1, the third was replaced a moment ago by that clock.
    expect((await originals(id)).sort()).toEqual([other, second, third, fourth].sort());
    expect(await originals(id)).not.toContain(first);
    daysLater(2.01);
    expect(await sweep()).toBe(1);
    expect((await originals(id)).sort()).toEqual([other, second, fourth].sort());
  });

  it('are removed a day after the only version that has them was deleted', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(1) }]);
    await bench.call('POST', `datasets/${id}/snapshots`, {});
    await replace(id, 2);
    await bench.rows(`update dataset_changes set at = at - interval '9 days' where dataset_id = $1`, [id]);
    expect((await bench.call('DELETE', `datasets/${id}/snapshots/1`)).status).toBe(204);
    // Behind the deletion, so that no build says after it when it was complete.
    await bench.rows(`update snapshots set created_at = created_at - interval '9 days', completed_at = completed_at - interval '9 days', deleted_at = deleted_at + interval '4 days' where dataset_id = $1`, [id]);
    // The object itself is old enough by then.
    daysLater(4.99);
    expect(await sweep()).toBe(0);
    daysLater(5.01);
    expect(await sweep()).toBe(1);
    expect(await originals(id)).toHaveLength(1);
  });

  it('stay where a version that has them is being restored', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(1) }]);
    const [first = ''] = await originals(id);
    await replace(id, 2);
    daysLater(1.01);
    const restoring = await bench.pool.connect();
    try {
      // As a restore does: the numbering of versions, then the row that has the bytes again.
      await restoring.query('begin');
      await restoring.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [id]);
      await restoring.query('update dataset_images set object_key = $2 where dataset_id = $1', [id, first]);
      const swept = sweep();
      await expect.poll(() => bench.rows(`select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`), { timeout: 20_000 }).toHaveLength(1);
      await restoring.query('commit');
      expect(await swept).toBe(0);
    } finally {
      restoring.release();
    }
    expect(await originals(id)).toContain(first);
  });
});
