import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People } from './people.js';

/** What lies between two versions, and that a restored one is what it was. */
let store: OwnStore;
let backend: BackendUnderTest;
let people: People;
let token: string;

beforeAll(async () => {
  store = await startOwnStore();
  backend = await startBackend(store.environment);
  people = new People(backend);
  token = await people.logInAdmin();
});
afterAll(async () => {
  await backend?.close();
  await store?.close();
});

const picture = (): Promise<Buffer> => sharp(randomBytes(24 * 24 * 3), { raw: { width: 24, height: 24, channels: 3 } }).png().toBuffer();

async function addImages(id: string, names: readonly string[], onConflict?: string): Promise<void> {
  const form = new FormData();
  if (onConflict !== undefined) form.append('on_conflict', onConflict);
  for (const name of names) form.append('file', new Blob([new Uint8Array(await picture())], { type: 'image/png' }), name);
  const added = await people.call('POST', `datasets/${id}/images`, { token, form });
  expect(added.status, JSON.stringify(added.body)).toBe(200);
}

async function call<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
  const answer = await people.call<T>(method, path, { token, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) });
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}

async function label(id: string, number: number, annotation: Record<string, unknown>): Promise<void> {
  const now = await call<{ revision: number }>('GET', `datasets/${id}/annotations/${number}`);
  await call('PATCH', `datasets/${id}/annotations/${number}`, annotation, { 'if-match': `"${now.revision}"` });
}

interface LabelFile {
  readonly content_hash: string;
  readonly classes: readonly unknown[];
  readonly split_config?: unknown;
  readonly images: readonly Record<string, unknown>[];
}
interface Restored {
  readonly undo: { readonly version: number };
  readonly images: Record<string, number>;
}

/** Who and when, and how often it was changed, is not of the version. */
const PEOPLE: readonly string[] = ['revision', 'labeled_by', 'labeled_at', 'reviewed_by', 'reviewed_at', 'annotated_at', 'annotated_by', 'modified_at'];
async function content(id: string): Promise<{ readonly hash: string; readonly text: string }> {
  const file = await call<LabelFile>('GET', `datasets/${id}/annotations.json`);
  const text = JSON.stringify([file.classes, file.split_config, file.images], (key, value: unknown) => (PEOPLE.includes(key) ? undefined : value));
  return { hash: file.content_hash, text };
}
const version = async (id: string): Promise<number> => (await call<{ version: number }>('POST', `datasets/${id}/snapshots`, {})).version;
const restore = (id: string, to: number): Promise<Restored> => call<Restored>('POST', `datasets/${id}/snapshots/${to}/restore`);
async function splitAnew(id: string, seed: number): Promise<void> {
  const { headers } = await people.call('GET', `datasets/${id}/splits`, { token });
  await call('PUT', `datasets/${id}/splits`, { method: 'auto', default_ratio: { train: 0.5, val: 0.5, test: 0 }, seed }, { 'if-match': headers.get('etag') ?? '' });
}
const box = (at: number, classId = 0): Record<string, unknown> => ({ annotation: { class_id: classId, bbox: [at, at, 10, 12.5] } });

describe('a restored version', () => {
  it('is the dataset again, whatever happened since, from any to any, and is not made anew', async () => {
    const id = await people.createDataset(token, { classes: [{ name: 'one' }, { name: 'two' }, { name: 'three' }] });
    await addImages(id, ['1.png', '2.png', '3.png', '4.png']);
    const known = new Map<number, { hash: string; text: string }>();
    const keep = async (): Promise<void> => {
      const now = await content(id);
      known.set(await version(id), now);
    };
    const steps: (() => Promise<unknown>)[] = [
      () => label(id, 1, { annotations: [{ class_id: 1, bbox: [0, 0, 5, 5] }, { class_id: 2, bbox: [1, 1, 4, 4] }] }),
      () => label(id, 1, { status: 'reviewed' }),
      () => call('POST', `datasets/${id}/classes/2/merge`, { into: 0 }, { 'if-match': '"1"' }),
      () => label(id, 2, box(3)),
      () => call('DELETE', `datasets/${id}/images/2`),
      () => addImages(id, ['2.png', '5.png']),
      () => call('POST', `datasets/${id}/images/bulk`, { ids: [1, 3], action: 'split', split: 'val' }),
      () => addImages(id, ['3.png'], 'replace'),
      () => call('POST', `datasets/${id}/classes`, { name: 'newer' }, { 'if-match': '"2"' }),
      () => label(id, 5, box(2, 3)),
      () => splitAnew(id, 7),
    ];
    await keep();
    for (const step of steps) {
      await step();
      await keep();
    }
    for (const to of [1, 11, 12, 3, 8, 2, 10, 1, 6]) {
      const before = await content(id);
      const { undo } = await restore(id, to);
      expect(await content(id), `version ${to}`).toEqual(known.get(to));
      expect(await version(id)).toBe(to);
      await restore(id, undo.version);
      expect(await content(id), `undo of ${to}`).toEqual(before);
      await restore(id, to);
      expect(await content(id)).toEqual(known.get(to));
    }
  }, 120_000);

  it('is how an image comes back whose class is gone; by itself it does not', async () => {
    const id = await people.createDataset(token, { classes: [{ name: 'one' }, { name: 'two' }] });
    await addImages(id, ['1.png', '2.png']);
    await label(id, 1, box(1, 1));
    const to = await version(id);
    await call('DELETE', `datasets/${id}/images/1`);
    await call('POST', `datasets/${id}/classes/1/merge`, { into: 0 }, { 'if-match': '"1"' });
    const alone = await people.call('POST', `datasets/${id}/images/1/restore`, { token });
    expect(alone).toMatchObject({ status: 409, body: { code: 'state-conflict', image_ids: [1], class_ids: [1] } });
    await restore(id, to);
    const { annotations } = await call<{ annotations: readonly { class_id: number }[] }>('GET', `datasets/${id}/annotations/1`);
    expect(annotations.map((one) => one.class_id)).toEqual([1]);
  });

  it('goes on beside people who change the dataset at the same moment', async () => {
    const id = await people.createDataset(token);
    await addImages(id, ['1.png', '2.png']);
    await version(id);
    await label(id, 1, box(1));
    await label(id, 2, box(2));
    const before = await content(id);
    const answers = await Promise.all([restore(id, 1), people.call('DELETE', `datasets/${id}/images/2`, { token })]);
    expect(answers[1].status).toBe(204);
    // Before: restored over. After: gone. Either way the labels of the first are the version's, and history has both.
    const after = await content(id);
    expect(after.text).not.toBe(before.text);
    const history = await call<{ items: { reason: string | null }[] }>('GET', `datasets/${id}/annotations/1/history`);
    expect(history.items[0]?.reason).toBe('restore-version');
    expect(history.items.length).toBeGreaterThanOrEqual(2);
  });
});

describe('the difference of versions', () => {
  it('tells images and objects, in pages, and mirrored the other way', async () => {
    const id = await people.createDataset(token);
    await addImages(id, ['1.png', '2.png', '3.png']);
    await label(id, 1, box(1));
    await version(id);
    await call('DELETE', `datasets/${id}/images/2`);
    await addImages(id, ['4.png']);
    await label(id, 3, box(2));
    await version(id);
    interface Totals {
      readonly images: Record<string, number>;
      readonly objects: Record<string, number>;
      readonly class_deltas: readonly unknown[];
    }
    const there = await call<Totals>('GET', `datasets/${id}/snapshots/diff?from=1&to=2`);
    expect(there).toMatchObject({ images: { added: 1, removed: 1, relabelled: 1, changed: 0 }, objects: { added: 1, removed: 0 }, class_deltas: [{ class_id: 0, images: 1, objects: 1 }] });
    expect(await call('GET', `datasets/${id}/snapshots/diff?from=2&to=1`)).toMatchObject({ images: { added: 1, removed: 1, relabelled: 1 }, objects: { added: 0, removed: 1 }, class_deltas: [{ images: -1, objects: -1 }] });
    expect((await call<Totals>('GET', `datasets/${id}/snapshots/diff?from=2&to=live`)).class_deltas).toEqual([]);
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: { image_id: number }[]; next_cursor: string | null } = await call('GET', `datasets/${id}/snapshots/diff/images?from=1&to=2&limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.items.map((one) => one.image_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual([2, 3, 4]);
  });
});
