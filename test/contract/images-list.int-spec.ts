import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imagePageSql } from '../../apps/backend/src/modules/dataset/infrastructure/image-page-sql.js';
import type { ImageFilter } from '../../apps/backend/src/modules/dataset/application/ports/image-list.port.js';
import { fillDataset } from '../bench/fill-dataset.js';
import { ImageWorkbench, logIn, png } from './image-workbench.js';

/** Lists, changes and removal of images. */
let bench: ImageWorkbench;
let large: string;
const LARGE = 60_000;

interface Item {
  readonly id: number;
  readonly file_name: string;
  readonly url: string | null;
  readonly thumbnail_url: string | null;
  readonly preview_url: string | null;
  readonly expires_at: string | null;
}
interface Page {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
  readonly total: number | null;
}

beforeAll(async () => {
  bench = await ImageWorkbench.open();
  large = await bench.dataset({ name: 'large' });
  await fillDataset(bench.pool, large, LARGE);
  // Few and far apart, so that pages without a match lie between.
  await bench.rows(`update dataset_images set labeled_by = '00000000-0000-4000-8000-000000000002' where dataset_id = $1 and (number % 7000 = 0 or number > 59950)`, [large]);
});
afterAll(() => bench.close());

const page = async (id: string, query = ''): Promise<Page> => {
  const answer = await bench.call('GET', `datasets/${id}/images?${query}`);
  if (answer.status !== 200) throw new Error(`${query}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Page;
};

async function all(id: string, query: string): Promise<number[]> {
  const ids: number[] = [];
  for (let cursor = ''; ; ) {
    const one = await page(id, `${query}${cursor}`);
    ids.push(...one.items.map((item) => item.id));
    if (one.next_cursor === null) return ids;
    cursor = `&cursor=${one.next_cursor}`;
  }
}

describe('the list of images', () => {
  it.each(['before its statistics are made', 'with statistics'])('is read by index, for every filter and the common pairs, at its begin and deep in it, %s', async (when) => {
    const isFresh = when !== 'with statistics';
    if (!isFresh) await bench.rows('analyze dataset_images, dataset_image_classes');
    const filters: ImageFilter[] = [{}, { split: 'val' }, { split: 'unassigned' }, { status: 'reviewed' }, { classId: 7 }, { assignee: '00000000-0000-4000-8000-000000000001' }, { state: 'broken' }, { split: 'val', status: 'reviewed' }, { classId: 7, status: 'labeled' }, { classId: 7, split: 'val' }];
    for (const filter of filters) {
      for (const start of [{ after: 0 }, { after: LARGE - 10_000 }, { after: LARGE - 10_000, backward: true }]) {
        const { text, parameters } = imagePageSql({ datasetId: large, filter, ...start, upTo: null, limit: 50 });
        const plan = (await bench.rows<{ 'QUERY PLAN': string }>(`explain (analyze, buffers, costs off, timing off) ${text}`, [...parameters])).map((row) => row['QUERY PLAN']).join('\n');
        const context = `${JSON.stringify({ filter, ...start })}\n${plan}`;
        if (!isFresh) expect(plan, context).not.toMatch(/Seq Scan|Sort|Bitmap/);
        // 50 rows and their way through an index. The wrong one of those that seem equal to stale statistics cost 147,000.
        const pages = [...plan.split('Planning')[0]?.matchAll(/^\s*Buffers: shared (?:hit=(\d+))?(?: read=(\d+))?/gm) ?? []][0];
        expect(Number(pages?.[1] ?? 0) + Number(pages?.[2] ?? 0), context).toBeLessThan(isFresh ? 1_500 : 600);
      }
    }
  });

  it('goes through every image once, in the order of the numbers, with the stored total', async () => {
    const first = await page(large, 'limit=200');
    expect(first.total).toBe(LARGE);
    expect(first.items.map((item) => item.id)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const second = await page(large, `limit=200&cursor=${first.next_cursor}`);
    expect(second.items[0]?.id).toBe(201);
  });

  it('begins behind an image and goes back from one, the nearest first, through all pages, filtered or not', async () => {
    const numbers = async (condition: string): Promise<number[]> => (await bench.rows<{ number: number }>(`select number from dataset_images where dataset_id = $1 and removed_seq is null and ${condition} order by number`, [large])).map((row) => row.number);
    expect((await page(large, 'limit=3&after=30000')).items.map((item) => item.id)).toEqual([30_001, 30_002, 30_003]);
    expect((await page(large, 'limit=3&before=30000')).items.map((item) => item.id)).toEqual([29_999, 29_998, 29_997]);
    expect(await all(large, 'limit=200&before=901')).toEqual((await numbers('number < 901')).reverse());
    expect(await all(large, 'limit=200&class_id=7&split=val&before=9000')).toEqual((await numbers(`number < 9000 and split = 'val' and 7 = any(class_ids)`)).reverse());
    // Looked for through a window of numbers at a time.
    expect(await all(large, 'limit=200&q=IMG_0000&before=60000')).toEqual((await numbers(`file_name ilike '%img\\_0000%' and number < 60000`)).reverse());
    expect((await bench.call('GET', `datasets/${large}/images?after=1&before=9`)).status).toBe(400);
    expect((await bench.call('GET', `datasets/${large}/images?before=9&cursor=${(await page(large, 'limit=2')).next_cursor}`)).status).toBe(400);
  });

  it.each([
    ['split=val', `split = 'val'`],
    ['split=unassigned', 'split is null'],
    ['status=reviewed', `status = 'reviewed'`],
    ['class_id=7', '7 = any(class_ids)'],
    ['class_id=7&status=labeled', `7 = any(class_ids) and status = 'labeled'`],
    ['class_id=7&split=val', `7 = any(class_ids) and split = 'val'`],
    ['split=val&status=reviewed', `split = 'val' and status = 'reviewed'`],
    ['state=broken', `state = 'broken'`],
    ['state=broken&split=train', `state = 'broken' and split = 'train'`],
    ['assignee=00000000-0000-4000-8000-000000000001', `assignee = '00000000-0000-4000-8000-000000000001'`],
    ['assignee=00000000-0000-4000-8000-000000000001&status=unlabeled', `assignee = '00000000-0000-4000-8000-000000000001' and status = 'unlabeled'`],
    ['labeled_by=00000000-0000-4000-8000-000000000002', `labeled_by = '00000000-0000-4000-8000-000000000002'`],
    ['labeled_by=00000000-0000-4000-8000-000000000002&class_id=1', `labeled_by = '00000000-0000-4000-8000-000000000002' and 1 = any(class_ids)`],
    ['q=IMG_0059', `file_name ilike '%img\\_0059%'`],
    ['q=7.JPG&split=val&class_id=7', `file_name ilike '%7.jpg%' and split = 'val' and 7 = any(class_ids)`],
  ])('filtered by %s gives what the rows say, through all pages', async (query, condition) => {
    const expected = await bench.rows<{ number: number }>(`select number from dataset_images where dataset_id = $1 and removed_seq is null and ${condition} order by number`, [large]);
    expect(expected.length).toBeGreaterThan(0);
    const step = expected.length > 4_000 ? 4_000 : expected.length;
    const got = expected.length > 4_000 ? (await page(large, `limit=200&${query}`)).items.map((item) => item.id) : await all(large, `limit=200&${query}`);
    expect(got).toEqual(expected.slice(0, expected.length > 4_000 ? 200 : step).map((row) => row.number));
    expect((await page(large, query)).total).toBeNull();
  });

  it('carries URLs that read the image, for an hour at most, the same inside a window; those of derived images once they are made', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(1) }, { name: 'b.png', bytes: png(2) }]);
    await bench.rows('update dataset_images set thumbnail_at = now() where dataset_id = $1 and number = 2', [id]);
    const first = await page(id);
    expect(first.total).toBe(2);
    expect((await page(id)).items).toEqual(first.items);
    const [one, two] = first.items;
    expect((await fetch(String(one?.url))).status).toBe(200);
    expect(one).toMatchObject({ thumbnail_url: null, preview_url: null });
    expect(String(two?.thumbnail_url)).toContain(`/datasets/${id}/thumbnails/000002.webp?`);
    expect(String(two?.preview_url)).toContain(`/datasets/${id}/previews/000002.webp?`);
    const url = new URL(String(one?.url));
    expect(Number(url.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(3_600);
    const left = new Date(String(one?.expires_at)).getTime() - Date.now();
    expect(left).toBeGreaterThan(15 * 60_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    // Served as what it is, whatever the store's object says of itself.
    expect(url.searchParams.get('response-content-type')).toBe('image/png');
  });

  it('refuses what is no number, filter or cursor of its own', async () => {
    for (const query of ['limit=0', 'limit=201', 'limit=1e9', 'limit=10;', 'split=all', 'status[$ne]=x', 'sort=name', 'q=', `q=${'x'.repeat(256)}`, 'class_id=-1', 'assignee=me', 'labeled_by=me', 'cursor=AAAA']) {
      expect((await bench.call('GET', `datasets/${large}/images?${query}`)).status, query).toBe(400);
    }
    const { next_cursor: cursor } = await page(large, 'limit=1');
    expect((await bench.call('GET', `datasets/${large}/images?limit=1&split=val&cursor=${cursor}`)).status).toBe(400);
    const other = await bench.dataset();
    expect((await bench.call('GET', `datasets/${other}/images?cursor=${cursor}`)).status).toBe(400);
    for (const id of ['0', '-1', 'abc', '1.5', '99999999999', '2147483648']) expect((await bench.call('GET', `datasets/${large}/images/${id}`)).status, id).toBe(400);
    expect((await bench.call('GET', `datasets/${large}/images/2147483647`)).status).toBe(404);
  });
});

describe('images that are there', () => {
  it('are removed, not found any more, and taken back with their labels', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(10) }, { name: 'b.png', bytes: png(11) }], { split: 'train' });
    await bench.rows(`update dataset_images set status = 'labeled', class_ids = '{0}', object_count = 1, revision = 2 where dataset_id = $1 and number = 1`, [id]);
    await bench.rows(`insert into dataset_image_classes values ($1, 0, 1)`, [id]);
    await bench.rows(`update datasets set num_labeled = 1 where id = $1`, [id]);
    await bench.rows(`update dataset_classes set image_count = 1 where dataset_id = $1 and class_id = 0`, [id]);
    const dataset = async (): Promise<Record<string, unknown>> => (await bench.call('GET', `datasets/${id}`)).body;
    const before = await dataset();
    expect((await bench.call('DELETE', `datasets/${id}/images/1`)).status).toBe(204);
    expect(await dataset()).toMatchObject({ num_images: 1, num_labeled: 0, splits: { train: 1 }, change_seq: 3, classes: [{ count: 0 }, { count: 0 }] });
    expect((await bench.call('GET', `datasets/${id}/images/1`)).status).toBe(404);
    expect((await bench.call('DELETE', `datasets/${id}/images/1`)).status).toBe(404);
    expect((await page(id, 'class_id=0')).items).toEqual([]);
    expect(await bench.store.head(`datasets/${id}/images/000001.png`)).not.toBeNull();
    expect(await bench.rows('select removed_seq::int from dataset_images where dataset_id = $1 and number = 1', [id])).toEqual([{ removed_seq: 3 }]);
    expect(await bench.rows(`select event->'data'->>'image_id' as id from outbox where type = 'vision.dataset.image.removed.v1' and event->'data'->>'dataset_id' = $1`, [id])).toEqual([{ id: '1' }]);
    const back = await bench.call('POST', `datasets/${id}/images/1/restore`);
    expect(back.body).toMatchObject({ id: 1, status: 'labeled', revision: 2, class_ids: [0] });
    expect(await dataset()).toMatchObject({ num_images: 2, num_labeled: 1, classes: before['classes'], splits: before['splits'] });
    expect((await page(id, 'class_id=0')).items.map((item) => item.id)).toEqual([1]);
    expect((await bench.call('POST', `datasets/${id}/images/1/restore`)).status).toBe(200);
    expect(await bench.faults(id)).toEqual([]);
  });

  it('whose name went to another meanwhile are not taken back over it', async () => {
    const id = await bench.dataset();
    await bench.send(id, [{ name: 'a.png', bytes: png(20) }]);
    await bench.call('DELETE', `datasets/${id}/images/1`);
    await bench.send(id, [{ name: 'A.png', bytes: png(21) }]);
    expect((await bench.call('POST', `datasets/${id}/images/1/restore`)).body).toMatchObject({ code: 'already-exists', image_id: 2 });
    // Bytes of a removed image are no duplicate.
    expect((await bench.send(id, [{ name: 'again.png', bytes: png(20) }])).results[0]).toMatchObject({ status: 'stored', image_id: 3 });
    expect(await bench.faults(id)).toEqual([]);
  });

  it('B4: are changed all or not at all', async () => {
    const id = await bench.dataset();
    await bench.send(id, Array.from({ length: 5 }, (_, index) => ({ name: `${index}.png`, bytes: png(30 + index) })));
    const bulk = (body: Record<string, unknown>): ReturnType<typeof bench.call> => bench.call('POST', `datasets/${id}/images/bulk`, body);
    expect(await bulk({ ids: [1, 2, 3], action: 'split', split: 'train' })).toMatchObject({ status: 200, body: { changed: 3 } });
    expect((await bulk({ ids: [1, 2, 3, 4], action: 'split', split: 'train' })).body).toEqual({ changed: 1 });
    const before = await bench.rows('select number, split, removed_seq, assignee from dataset_images where dataset_id = $1 order by number', [id]);
    for (const action of [{ action: 'delete' }, { action: 'split', split: 'val' }, { action: 'assign', assignee: null }, { action: 'restore' }]) expect((await bulk({ ids: [1, 2, 6], ...action })).status, JSON.stringify(action)).toBe(404);
    expect(await bench.rows('select number, split, removed_seq, assignee from dataset_images where dataset_id = $1 order by number', [id])).toEqual(before);
    expect((await bulk({ ids: [], action: 'delete' })).status).toBe(422);
    expect((await bulk({ ids: Array.from({ length: 1_001 }, (_, index) => index + 1), action: 'delete' })).status).toBe(422);
    expect((await bulk({ ids: [1], action: 'explode' })).status).toBe(422);
    expect((await bulk({ ids: [1], action: 'assign', assignee: randomUUID() })).body).toMatchObject({ code: 'validation-failed', errors: [{ pointer: '/assignee', code: 'not-found' }] });
    const me = String((await bench.call('GET', 'me')).body['id']);
    expect((await bulk({ ids: [1, 2], action: 'assign', assignee: me })).body).toEqual({ changed: 2 });
    expect((await page(id, `assignee=${me}`)).items.map((item) => item.id)).toEqual([1, 2]);
    expect((await bulk({ ids: [1, 2, 1], action: 'delete' })).body).toEqual({ changed: 2 });
    expect((await bulk({ ids: [2, 3], action: 'delete' })).status).toBe(404);
    expect((await bulk({ ids: [1, 2], action: 'restore' })).body).toEqual({ changed: 2 });
    expect((await bench.call('GET', `datasets/${id}`)).body).toMatchObject({ num_images: 5, splits: { train: 4, unassigned: 1 } });
    expect(await bench.faults(id)).toEqual([]);
  });

  it('are seen and changed by who may only; another dataset has none of them', async () => {
    const [id, other] = [await bench.dataset(), await bench.dataset()];
    await bench.send(id, [{ name: 'a.png', bytes: png(40) }, { name: 'b.png', bytes: png(41) }]);
    expect((await bench.call('GET', `datasets/${other}/images/1`)).status).toBe(404);
    const email = `viewer-${randomUUID()}@vision.test`;
    const made = (await bench.call('POST', 'users', { email, display_name: 'Viewer' })).body as { user: { id: string }; one_time_password: string };
    const token = await logIn(bench.backend.url, { email, password: made.one_time_password });
    const as = (method: string, path: string, body?: unknown): ReturnType<typeof bench.call> => bench.call(method, path, body, { authorization: `Bearer ${token}` });
    const calls: [string, string, unknown?][] = [
      ['GET', `datasets/${id}/images`],
      ['GET', `datasets/${id}/images/1`],
      ['DELETE', `datasets/${id}/images/1`],
      ['POST', `datasets/${id}/images/1/restore`],
      ['POST', `datasets/${id}/images/bulk`, { ids: [1], action: 'delete' }],
      ['GET', `datasets/${id}/images/uploads`],
      ['POST', `datasets/${id}/images/uploads`, { files: [{ file_name: 'a.png', content_type: 'image/png', size_bytes: 1, sha256: 'a'.repeat(64) }] }],
      ['POST', `datasets/${id}/images/uploads/complete`, { ids: [randomUUID()] }],
      ['GET', `datasets/${id}/imports`],
    ];
    for (const call of calls) expect((await as(...call)).body, call.join(' ')).toMatchObject({ status: 404, code: 'not-found' });
    expect((await bench.send(id, [{ name: 'c.png', bytes: png(42) }], {}, token)).status).toBe(404);
    await bench.rows(`insert into dataset_members (dataset_id, user_id, role) values ($1, $2, 'annotator')`, [id, made.user.id]);
    for (const call of calls) expect((await as(...call)).status, call.join(' ')).toBe(call[0] === 'GET' && !call[1].endsWith('uploads') ? 200 : 403);
    expect((await bench.send(id, [{ name: 'c.png', bytes: png(42) }], {}, token)).status).toBe(403);
    expect((await bench.call('GET', `datasets/${id}`)).body).toMatchObject({ num_images: 2, change_seq: 2 });
  });
});
