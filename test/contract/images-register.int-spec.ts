import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PrefixRegistration } from '../../apps/backend/src/modules/dataset/application/prefix-registration.js';
import { ImageWorkbench, jpeg, png } from './image-workbench.js';

/** Images that lie in the bucket already. */
let bench: ImageWorkbench;
let prefix: string;
beforeAll(async () => {
  bench = await ImageWorkbench.open({ IMPORT_PREFIXES: 'imports/,camera/' });
});
afterAll(() => bench.close());
beforeEach(async () => {
  prefix = `imports/${Math.random().toString(16).slice(2)}/`;
});

interface Import {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly done: number;
  readonly total: number | null;
  readonly refused: number;
}

async function ended(id: string): Promise<Import> {
  const newest = async (): Promise<Import | undefined> => ((await bench.call('GET', `datasets/${id}/imports`)).body['items'] as Import[])[0];
  await expect.poll(async () => (await newest())?.state, { timeout: 30_000 }).toMatch(/completed|failed/);
  const one = await newest();
  if (one === undefined) throw new Error('there is no import');
  return one;
}

const register = (id: string, body: Record<string, unknown>): ReturnType<typeof bench.call> => bench.call('POST', `datasets/${id}/images/register`, body);

describe('images of the bucket', () => {
  it('are registered where they are, each looked at and hashed; what is none becomes a finding, and nothing is copied or removed', async () => {
    const id = await bench.dataset();
    const files: Record<string, Buffer> = { 'a/사진 1.jpg': await jpeg(1, 40, 30), 'a/photo.png': png(2), 'b/photo.png': png(3), 'b/twin.png': png(2), 'notes.txt': Buffer.from('words'), 'page.jpg': Buffer.from('<html>no picture, but long enough</html>'), 'folder/': Buffer.alloc(0) };
    for (const [name, bytes] of Object.entries(files)) await bench.store.put(prefix + name, bytes, { contentType: 'text/html' });
    const answer = await register(id, { prefix, split: 'test' });
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    expect(await ended(id)).toMatchObject({ id: answer.body['import_id'], kind: 'register-prefix', state: 'completed', done: 6, total: 6, refused: 2 });
    const items = (await bench.call('GET', `datasets/${id}/images`)).body['items'] as { file_name: string; width: number; split: string; url: string }[];
    expect(items.map((one) => `${one.file_name} ${one.width} ${one.split}`)).toEqual(['images/photo.png 8 test', 'images/사진 1.jpg 40 test', 'images/photo-2.png 8 test']);
    const got = await fetch(String(items[0]?.url));
    expect(got.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await got.arrayBuffer()).equals(png(2))).toBe(true);
    const findings = (await bench.call('GET', `datasets/${id}/findings`)).body['items'] as { code: string; entry: string }[];
    expect(findings.map((one) => `${one.code} ${one.entry}`)).toEqual([`unsupported-image ${prefix}notes.txt`, `unsupported-image ${prefix}page.jpg`]);
    expect(await bench.keys(prefix)).toHaveLength(7);
    expect(await bench.keys(`datasets/${id}/`)).toEqual([]);
    // Removed, and again nothing of theirs goes.
    await bench.call('DELETE', `datasets/${id}/images/1`);
    expect(await bench.keys(prefix)).toHaveLength(7);
    expect(await bench.faults(id)).toEqual([]);
  });

  it('go on where a killed process stopped: every one once', async () => {
    const id = await bench.dataset();
    for (let index = 0; index < 250; index += 1) await bench.store.put(`${prefix}${String(index).padStart(3, '0')}.png`, index === 120 ? Buffer.from('words and more words') : png(1_000 + index));
    // An import that this process leads, and that ends after its first step as one that is killed does.
    const [job] = await bench.rows<{ id: string; requested_by: string }>(
      `insert into dataset_imports (id, dataset_id, kind, state, requested_by, detail, attempts, leased_until) select gen_random_uuid(), id, 'register-prefix', 'running', created_by, $2, 1, clock_timestamp() + interval '1 hour' from datasets where id = $1 returning id, requested_by`,
      [id, JSON.stringify({ prefix, on_conflict: 'keep_both', split: null })],
    );
    if (job === undefined) throw new Error('no import');
    const killed = new AbortController();
    const watch = setInterval(() => void bench.rows<{ done: number }>('select done from dataset_imports where id = $1', [job.id]).then(([row]) => (row?.done ?? 0) > 0 && killed.abort(new Error('killed'))), 2);
    const run = bench.backend.app.get(PrefixRegistration).run({ id: job.id, datasetId: id, kind: 'register-prefix', requestedBy: job.requested_by, detail: { prefix, on_conflict: 'keep_both', split: null }, attempts: 1, done: 0, refused: 0 }, killed.signal);
    await run.catch(() => undefined);
    clearInterval(watch);
    const [stopped] = await bench.rows<{ done: number }>('select done from dataset_imports where id = $1', [job.id]);
    expect(stopped?.done).toBeGreaterThan(0);
    expect(stopped?.done).toBeLessThan(250);
    await bench.rows(`update dataset_imports set leased_until = clock_timestamp() where id = $1`, [job.id]);
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 250, refused: 1 });
    expect((await bench.call('GET', `datasets/${id}/images`)).body['total']).toBe(249);
    expect(await bench.rows('select position from dataset_findings where dataset_id = $1', [id])).toEqual([{ position: 1 }]);
    expect(await bench.faults(id)).toEqual([]);
  }, 120_000);

  it('are registered under the prefixes that the operator allows, and no others', async () => {
    const id = await bench.dataset();
    for (const other of ['datasets/', `datasets/${id}/images/`, 'models/x', 'staging/', '/', 'x', 'imports', ' imports/', '../imports/', 'Imports/']) {
      expect((await register(id, { prefix: other })).body, other).toMatchObject({ status: 422, errors: [{ pointer: '/prefix', code: 'not-allowed' }] });
    }
    expect((await register(id, { prefix: '' })).status).toBe(422);
    expect((await register(id, { prefix: 'imports/', bucket: 'other' })).body).toMatchObject({ errors: [{ code: 'unknown-field' }] });
    // Keys are no paths: this is a prefix that nothing has.
    expect((await register(id, { prefix: `imports/../datasets/${id}/` })).status).toBe(202);
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 0 });
    expect((await register(id, { prefix: 'camera/none' })).status).toBe(202);
    expect((await register('platform-x-00000000', { prefix })).status).toBe(404);
  });
});
