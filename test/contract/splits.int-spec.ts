import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillDataset } from '../bench/fill-dataset.js';
import { diceZip } from '../e2e/mnist-zip.js';
import { ImageWorkbench, png, type Answer } from './image-workbench.js';

/** The split of a dataset as a whole: preview, apply, new images, races, hostile patterns. */
let bench: ImageWorkbench;

beforeAll(async () => {
  bench = await ImageWorkbench.open();
});
afterAll(() => bench.close());

interface Row {
  readonly number: number;
  readonly split: string | null;
  readonly split_group: string | null;
}
interface Split {
  readonly revision: number;
  readonly config: Record<string, unknown> | null;
  readonly counts: Record<string, number>;
  readonly classes: { id: number; name: string; train: number; val: number; test: number; unassigned: number }[];
  readonly changed: number;
  readonly warnings: { code: string; count: number; class_ids: number[] }[];
}

const RATIO = { train: 0.7, val: 0.2, test: 0.1 };
const rows = (id: string): Promise<Row[]> => bench.rows<Row>('select number, split, split_group from dataset_images where dataset_id = $1 and removed_seq is null order by number', [id]);
const sides = async (id: string): Promise<Map<number, string | null>> => new Map((await rows(id)).map((row) => [row.number, row.split]));
const get = async (id: string): Promise<Split> => (await bench.call('GET', `datasets/${id}/splits`)).body as unknown as Split;
const preview = async (id: string, body: unknown): Promise<Split> => (await bench.call('POST', `datasets/${id}/splits/preview`, body)).body as unknown as Split;
const put = (id: string, body: unknown, headers: Record<string, string>): Promise<Answer> => bench.call('PUT', `datasets/${id}/splits`, body, headers);

async function apply(id: string, body: unknown): Promise<Split> {
  const answer = await put(id, body, { 'if-match': `"${(await get(id)).revision}"` });
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Split;
}

async function filled(count: number): Promise<string> {
  const id = await bench.dataset();
  await fillDataset(bench.pool, id, count);
  return id;
}

/** Counters that are not what the rows say, and changes that do not lead from the sides before to those of now. */
async function faults(id: string, before: ReadonlyMap<number, string | null>, fromSeq: number): Promise<unknown[]> {
  const now = await sides(id);
  const [stored] = await bench.rows<{ splits: Record<string, number>; change_seq: number }>('select splits, change_seq::int from datasets where id = $1', [id]);
  const changes = await bench.rows<Change>(`select seq::int, number, body from dataset_changes where dataset_id = $1 and kind = 'split' and seq > $2 order by seq`, [id, fromSeq]);
  const { found, replayed } = replay(before, changes);
  const counts = { train: 0, val: 0, test: 0, unassigned: 0, ...countBy([...now.values()].map((side) => side ?? 'unassigned')) };
  if (!isDeepStrictEqual(stored?.splits, counts)) found.push({ stored: stored?.splits, counts });
  if (stored?.change_seq !== fromSeq + changes.length) found.push({ seq: stored?.change_seq, changes: changes.length });
  return [...found, ...[...now].filter(([number, side]) => side !== replayed.get(number)).map(([number, side]) => ({ number, side, replayed: replayed.get(number) }))];
}

interface Change {
  readonly seq: number;
  readonly number: number | null;
  readonly body: { readonly before: string | null; readonly after: string | null };
}

function replay(before: ReadonlyMap<number, string | null>, changes: readonly Change[]): { found: unknown[]; replayed: Map<number, string | null> } {
  const replayed = new Map(before);
  const found: unknown[] = [];
  for (const { seq, number, body } of changes) {
    if (number === null) continue;
    if (replayed.get(number) !== body.before) found.push({ seq, number, body, was: replayed.get(number) });
    replayed.set(number, body.after);
  }
  return { found, replayed };
}

function countBy(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

describe('the split of a dataset', () => {
  it('is shown before it is applied, and then is what was shown: shares of all and of each class, every change with its position', async () => {
    const id = await filled(3_000);
    const before = await sides(id);
    const shown = await preview(id, { method: 'auto', default_ratio: RATIO, seed: 5 });
    expect(await sides(id)).toEqual(before);
    expect((await get(id)).config).toBeNull();
    const applied = await apply(id, { method: 'auto', default_ratio: RATIO, seed: 5 });
    expect({ ...applied, revision: shown.revision }).toEqual(shown);
    expect(applied.revision).toBe(shown.revision + 1);
    expect(applied.counts).toEqual({ train: 2_100, val: 600, test: 300, unassigned: 0 });
    const shows = applied.classes.find((one) => one.id === 1);
    expect(Math.abs((shows?.val ?? 0) - 0.2 * ((shows?.train ?? 0) + (shows?.val ?? 0) + (shows?.test ?? 0)))).toBeLessThanOrEqual(3);
    const after = await sides(id);
    expect(applied.changed).toBe([...after].filter(([number, side]) => side !== before.get(number)).length);
    expect(await faults(id, before, 3_000)).toEqual([]);
    const { changed: _, warnings: __, ...rest } = applied;
    expect(await get(id)).toEqual(rest);
    expect((await bench.call('GET', `datasets/${id}/annotations.json`)).body['split_config']).toEqual({ method: 'auto', default_ratio: RATIO, seed: 5, splits: ['train', 'val', 'test'] });
    const again = await apply(id, { method: 'auto', default_ratio: RATIO, seed: 5 });
    expect(again).toMatchObject({ changed: 0, revision: applied.revision });
  });

  it('partial deals those without a side and moves nobody, manual moves nobody at all, none clears', async () => {
    const id = await filled(1_000);
    const before = await sides(id);
    const partial = await apply(id, { method: 'partial', default_ratio: RATIO });
    expect(partial.changed).toBe([...before.values()].filter((side) => side === null).length);
    const after = await sides(id);
    for (const [number, side] of before) if (side !== null) expect(after.get(number)).toBe(side);
    expect(partial.counts['unassigned']).toBe(0);
    // 700 train and 200 validate already: what is left goes to the test, but for the rounding of small strata.
    expect(partial.counts['test']).toBeGreaterThanOrEqual(97);
    expect(await apply(id, { method: 'manual' })).toMatchObject({ changed: 0, config: { method: 'manual' }, counts: partial.counts });
    expect(await sides(id)).toEqual(after);
    expect(await apply(id, { method: 'none' })).toMatchObject({ changed: 1_000, counts: { train: 0, val: 0, test: 0, unassigned: 1_000 }, warnings: [] });
    expect(await faults(id, before, 1_000)).toEqual([]);
  });

  it('keeps groups and equal images on one side, tells of those that stand on two by hand, and of classes that would not be measured', async () => {
    const id = await filled(400);
    await bench.rows(`update dataset_images set file_name = 'images/film' || (number % 40) || '_' || number || '.jpg', split = case when number % 2 = 0 then 'train' else 'val' end, class_ids = case when number = 8 then '{0}' else class_ids end where dataset_id = $1`, [id]);
    await bench.rows(`update dataset_images set sha256 = sha256((dataset_id || number / 10 * 10)::bytea) where dataset_id = $1 and number % 100 in (50, 51)`, [id]);
    const pattern = '{group}_#.jpg';
    const shown = await preview(id, { method: 'manual', group_pattern: pattern });
    expect(shown.warnings).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'duplicates-on-two-sides', count: 4 }), expect.objectContaining({ code: 'class-without-validation-image', class_ids: [0] })]));
    const applied = await apply(id, { method: 'auto', default_ratio: RATIO, group_pattern: pattern });
    expect(applied.warnings.map((one) => one.code)).not.toContain('duplicates-on-two-sides');
    const byGroup = new Map<string | null, Set<string | null>>();
    for (const row of await rows(id)) byGroup.set(row.split_group, (byGroup.get(row.split_group) ?? new Set()).add(row.split));
    expect(byGroup.size).toBe(40);
    for (const [group, found] of byGroup) expect(found.size, String(group)).toBe(1);
    // Equal images tie their groups together.
    const tied = await bench.rows<{ count: number }>(`select count(distinct split)::int as count from dataset_images where dataset_id = $1 and number % 100 in (50, 51) group by number / 100`, [id]);
    expect(tied.map((one) => one.count)).toEqual([1, 1, 1, 1]);
    // One that is set by hand is kept by partial, and told of.
    const [first] = await rows(id);
    const other = first?.split === 'val' ? 'train' : 'val';
    await bench.call('POST', `datasets/${id}/images/bulk`, { ids: [first?.number], action: 'split', split: other });
    expect((await preview(id, { method: 'partial', group_pattern: pattern })).warnings).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'groups-on-two-sides', count: 1 })]));
    // The same rule again brings it back to the others.
    expect(await apply(id, { method: 'auto', default_ratio: RATIO, group_pattern: pattern })).toMatchObject({ changed: 1 });
    expect((await rows(id))[0]).toEqual(first);
  });

  it('gives new images a side where the rule is automatic: of their group, as asked for, or by their content; the others stay', async () => {
    const id = await bench.dataset();
    const files = Array.from({ length: 30 }, (_, index) => ({ name: `film${index % 10}_${index}.png`, bytes: png(1_000 + index) }));
    await bench.send(id, files);
    expect((await get(id)).counts).toMatchObject({ unassigned: 30 });
    await apply(id, { method: 'auto', default_ratio: RATIO, group_pattern: '{group}_#.png' });
    // By hand to another side: those that come to the group follow it.
    const group = (await rows(id)).filter((row) => row.split_group === 'film3').map((row) => row.number);
    await bench.call('POST', `datasets/${id}/images/bulk`, { ids: group, action: 'split', split: 'test' });
    const before = await sides(id);
    const sent = await bench.send(id, [...[100, 101, 102].map((index) => ({ name: `film3_${index}.png`, bytes: png(2_000 + index) })), ...[1, 2, 3, 4].map((index) => ({ name: `new_${index}.png`, bytes: png(3_000 + index) })), { name: 'alone.png', bytes: png(4_000) }]);
    expect(sent.results.map((one) => one.status)).toEqual(Array.from({ length: 8 }, () => 'stored'));
    const after = await rows(id);
    for (const row of after.filter((one) => before.has(one.number))) expect(row.split).toBe(before.get(row.number));
    expect(after.filter((row) => row.split_group === 'film3').map((row) => row.split)).toEqual(Array.from({ length: 6 }, () => 'test'));
    expect(new Set(after.filter((row) => row.split_group === 'new').map((row) => row.split)).size).toBe(1);
    expect(after.filter((row) => row.split === null)).toEqual([]);
    // The same rule again finds them where they are, those by hand too.
    expect(await apply(id, { method: 'auto', default_ratio: RATIO, group_pattern: '{group}_#.png' })).toMatchObject({ changed: 0 });
    await bench.send(id, [{ name: 'asked.png', bytes: png(5_000) }], { split: 'val' });
    expect((await rows(id)).at(-1)).toMatchObject({ split: 'val', split_group: null });
    const [change] = await bench.rows<{ body: { split: string } }>(`select body from dataset_changes where dataset_id = $1 and kind = 'image-added' order by seq desc offset 1 limit 1`, [id]);
    expect(change?.body.split).toBe(after.at(-1)?.split);
    expect(await bench.faults(id)).toEqual([]);
    await apply(id, { method: 'manual' });
    await bench.send(id, [{ name: 'later.png', bytes: png(6_000) }]);
    expect((await rows(id)).at(-1)?.split).toBeNull();
  });
});

it('of a zip that came with a rule: new images of a group join it, and find the others by the names in the zip', async () => {
  const files = Array.from({ length: 6 }, (_, index) => ({ name: `images/film${index % 2}_${index}.png`, bytes: png(90_000 + index) }));
  const images = files.map(({ name }, index) => ({ id: index + 1, file_name: name, width: 8, height: 6, depth: 3, split: index % 2 === 0 ? 'test' : 'val', annotations: [] }));
  const zip = await diceZip({ name: 'Films', taskType: 'object_detection', classes: ['a'], images, files, overrides: { split_config: { method: 'auto', default_ratio: 0.98, group_pattern: '{group}_*', note: 'of another writer' } } });
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(zip)], { type: 'application/zip' }), 'films.zip');
  const made = await fetch(`${bench.backend.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${bench.token}`, 'upload-id': randomUUID() }, body: form });
  const { id } = (await made.json()) as { id: string };
  expect(await get(id)).toMatchObject({ config: { method: 'auto', seed: 1, group_pattern: '{group}_*', default_ratio: { train: 0.98 } }, counts: { test: 3, val: 3 } });
  await bench.send(id, [{ name: 'film0_new.png', bytes: png(91_000) }, { name: 'film1_new.png', bytes: png(91_001) }]);
  expect((await rows(id)).slice(6).map((row) => row.split)).toEqual(['test', 'val']);
});

describe('two people at once', () => {
  it('one of them wins, and the other gets the split as it is now; by hand counts too', async () => {
    const id = await filled(2_000);
    const { revision } = await get(id);
    const before = await sides(id);
    const answers = await Promise.all([1, 2, 3, 4].map((seed) => put(id, { method: 'auto', seed }, { 'if-match': `"${revision}"` })));
    expect(answers.map((one) => one.status).sort()).toEqual([200, 412, 412, 412]);
    const winner = answers.find((one) => one.status === 200)?.body;
    for (const lost of answers.filter((one) => one.status === 412)) expect(lost.body).toMatchObject({ code: 'version-conflict', current: { revision: winner?.['revision'], config: winner?.['config'], counts: winner?.['counts'] } });
    expect(await faults(id, before, 2_000)).toEqual([]);
    await bench.call('POST', `datasets/${id}/images/bulk`, { ids: [1, 2, 3], action: 'split', split: 'test' });
    expect((await put(id, { method: 'none' }, { 'if-match': `"${String(winner?.['revision'])}"` })).status).toBe(412);
    expect((await put(id, { method: 'none' }, {})).status).toBe(428);
    expect((await put(id, { method: 'none' }, { 'if-match': 'now' })).status).toBe(400);
  });

  it('a repeat with the same key gets the first answer, also when both come at once', async () => {
    const id = await filled(2_000);
    const { revision } = await get(id);
    const once = (): Promise<Answer> => put(id, { method: 'auto', seed: 9 }, { 'if-match': `"${revision}"`, 'idempotency-key': `split-${id}` });
    const both = await Promise.all([once(), once()]);
    for (const one of both) expect([200, 409]).toContain(one.status);
    const repeated = await once();
    expect(repeated.status).toBe(200);
    expect(both.find((one) => one.status === 200)?.body).toEqual(repeated.body);
    expect((await get(id)).revision).toBe(revision + 1);
  });

  it('images that come and go meanwhile are in with a side or out, and every counter is right', async () => {
    const id = await bench.dataset();
    await bench.send(id, Array.from({ length: 40 }, (_, index) => ({ name: `a${index}.png`, bytes: png(10_000 + index) })));
    const { revision } = await get(id);
    const work = [
      put(id, { method: 'auto' }, { 'if-match': `"${revision}"` }),
      ...Array.from({ length: 8 }, (_, batch) => bench.send(id, Array.from({ length: 5 }, (__, index) => ({ name: `b${batch}-${index}.png`, bytes: png(20_000 + batch * 10 + index) })))),
      ...[1, 2, 3].map((number) => bench.call('DELETE', `datasets/${id}/images/${number}`)),
    ];
    for (const answer of await Promise.all(work)) expect(answer.status).toBeLessThan(300);
    expect(await bench.faults(id)).toEqual([]);
    // An intake before the rule left none, one behind it has a side by the rule: in both cases nobody is left without one.
    expect((await rows(id)).filter((row) => row.split === null)).toEqual([]);
    expect((await get(id)).counts).toMatchObject({ unassigned: 0 });
  });

  it('is all or nothing: a statement that fails in the middle leaves no side, no rule, no change behind', async () => {
    const id = await filled(12_000);
    const before = await sides(id);
    await bench.rows(`create function refuse_split() returns trigger language plpgsql as $$ begin raise exception 'cancelled' using errcode = '57014'; end $$`);
    await bench.rows(`create trigger refuse_split before update of split on dataset_images for each row when (new.number = 11000 and new.dataset_id = '${id}') execute function refuse_split()`);
    try {
      expect((await put(id, { method: 'none' }, { 'if-match': '"1"' })).status).toBe(503);
    } finally {
      await bench.rows('drop trigger refuse_split on dataset_images');
      await bench.rows('drop function refuse_split()');
    }
    expect(await sides(id)).toEqual(before);
    expect(await get(id)).toMatchObject({ revision: 1, config: null });
    expect(await faults(id, before, 12_000)).toEqual([]);
  });
});

describe('what a split refuses', () => {
  it.each([
    [{ method: 'auto', group_pattern: '(a+)+$' }, '/group_pattern'],
    [{ method: 'auto', group_pattern: '{group}*' }, '/group_pattern'],
    [{ method: 'auto', group_pattern: '{group}_\u0007' }, '/group_pattern'],
    [{ method: 'auto', group_pattern: `{group}${'#_'.repeat(20)}` }, '/group_pattern'],
    [{ method: 'auto', group_pattern: 'x'.repeat(5_000) }, '/group_pattern'],
    [{ method: 'auto', group_pattern: '' }, '/group_pattern'],
    [{ method: 'auto', default_ratio: { train: 0.5, val: 0.4, test: 0.2 } }, '/default_ratio'],
    [{ method: 'auto', default_ratio: { train: 1, val: 0 } }, '/default_ratio'],
    [{ method: 'auto', default_ratio: { train: 1e308, val: -1 } }, '/default_ratio/train'],
    [{ method: 'auto', seed: 1.5 }, '/seed'],
    [{ method: 'auto', seed: 2 ** 31 }, '/seed'],
    [{ method: 'random' }, '/method'],
    [{}, '/method'],
    [{ method: 'auto', stratify: false }, '/stratify'],
  ])('%j, with a pointer', async (body, pointer) => {
    const id = await bench.dataset();
    for (const answer of [await bench.call('POST', `datasets/${id}/splits/preview`, body), await put(id, body, { 'if-match': '"1"' })]) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
      expect((answer.body['errors'] as { pointer: string }[]).map((one) => one.pointer)).toContain(pointer);
    }
  });

  it('nothing of an empty dataset, and no pattern that holds up others', async () => {
    const empty = await bench.dataset();
    expect(await apply(empty, { method: 'auto' })).toMatchObject({ changed: 0, warnings: [], counts: { train: 0, unassigned: 0 } });
    const id = await filled(20_000);
    await bench.rows(`update dataset_images set file_name = 'images/' || repeat('a', 200) || number || '.jpg' where dataset_id = $1`, [id]);
    let longest = 0;
    let isDone = false;
    const watch = (async () => {
      while (!isDone) {
        const from = performance.now();
        await fetch(`${bench.backend.url}/api/v1/health/live`);
        longest = Math.max(longest, performance.now() - from);
      }
    })();
    const answer = await preview(id, { method: 'auto', group_pattern: `${'*a'.repeat(7)}{group}b#` });
    isDone = true;
    await watch;
    expect(answer.warnings).toContainEqual(expect.objectContaining({ code: 'names-without-group', count: 20_000 }));
    // In the order of a page of names, not of the whole dataset, and far from what a backtracking match would take (it would not end).
    expect(longest).toBeLessThan(5_000);
  });
});

it('splits 100,000 images in seconds', async () => {
  const id = await filled(100_000);
  await bench.rows('analyze dataset_images');
  const before = await sides(id);
  const from = performance.now();
  const shown = await preview(id, { method: 'auto', default_ratio: RATIO });
  const applied = await apply(id, { method: 'auto', default_ratio: RATIO });
  // Each takes one to three seconds; row by row it would be minutes.
  expect(performance.now() - from).toBeLessThan(60_000);
  expect(applied.counts).toEqual({ train: 70_000, val: 20_000, test: 10_000, unassigned: 0 });
  expect(shown.changed).toBe(applied.changed);
  expect(await faults(id, before, 100_000)).toEqual([]);
}, 120_000);
