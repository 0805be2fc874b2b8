import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@app/kernel';
import { S3ObjectStore } from '@app/object-store';
import { startTestNats, type TestNats } from '@app/testing';
import AdmZip from 'adm-zip';
import sharp from 'sharp';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SnapshotRepository } from '../../apps/backend/src/modules/snapshot/domain/snapshot.repository.port.js';
import { UnitOfWork } from '../../apps/backend/src/platform/database/unit-of-work.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People, type Answer } from './people.js';

/** Versions by hand: what they cost, that they are what the dataset was, and that a dropped zip comes back as it was. */
let store: OwnStore;
let nats: TestNats;
let backend: BackendUnderTest;
let people: People;
let token: string;
let bucket: S3ObjectStore;
let folder: string;

beforeAll(async () => {
  store = await startOwnStore();
  // Builds are asked for by events: the backends of other files must not take them.
  nats = await startTestNats();
  backend = await startBackend({ ...store.environment, NATS_URL: nats.url });
  people = new People(backend);
  token = await people.logInAdmin();
  bucket = new S3ObjectStore(store.options);
  folder = await mkdtemp(join(tmpdir(), 'vision-versions-'));
});
afterAll(async () => {
  bucket?.close();
  await backend?.close();
  await nats?.close();
  await store?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

interface Version {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  readonly parent: number | null;
  readonly content_hash: string | null;
  readonly num_images: number;
  readonly num_annotations: number | null;
  readonly sha256: string | null;
  readonly size_bytes: number | null;
  readonly tag: string | null;
  readonly note: string | null;
  readonly zip: { readonly state: string; readonly bytes_moved: number | null; readonly bytes_copied: number | null };
}

const SIDE = 400;
/** Noise does not compress: some 480 KB each. */
const picture = (side = SIDE): Promise<Buffer> => sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } }).png().toBuffer();

async function addImages(id: string, names: readonly string[], options: { readonly side?: number; readonly onConflict?: string } = {}): Promise<void> {
  const form = new FormData();
  if (options.onConflict !== undefined) form.append('on_conflict', options.onConflict);
  for (const name of names) form.append('file', new Blob([new Uint8Array(await picture(options.side))], { type: 'image/png' }), name);
  const added = await people.call('POST', `datasets/${id}/images`, { token, form });
  expect(added.status, JSON.stringify(added.body)).toBe(200);
}

const names = (from: number, count: number): string[] => Array.from({ length: count }, (_, index) => `사진 ${from + index}.png`);

async function label(id: string, number: number, annotation: Record<string, unknown>): Promise<void> {
  const now = await people.call<{ revision: number }>('GET', `datasets/${id}/annotations/${number}`, { token });
  const answer = await people.call('PATCH', `datasets/${id}/annotations/${number}`, { token, body: annotation, headers: { 'if-match': `"${now.body.revision}"` } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function change(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<void> {
  const answer = await people.call(method, path, { token, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) });
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
}

const box = (at: number, classId = 0): Record<string, unknown> => ({ annotation: { class_id: classId, bbox: [at, at, 10, 12.5] } });
const create = (id: string, body: Record<string, unknown> = {}): Promise<Answer<Version>> => people.call<Version>('POST', `datasets/${id}/snapshots`, { token, body });
const get = async (id: string, version: number): Promise<Version> => (await people.call<Version>('GET', `datasets/${id}/snapshots/${version}`, { token })).body;

async function withZip(id: string, version: number): Promise<{ readonly version: Version; readonly bytes: Buffer }> {
  const asked = await people.call('GET', `datasets/${id}/snapshots/${version}/download?wait=25`, { token });
  expect(asked.status, JSON.stringify(asked.body)).toBe(302);
  const answer = await fetch(asked.headers.get('location') ?? '');
  const bytes = Buffer.from(await answer.arrayBuffer());
  const made = await get(id, version);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(made.sha256);
  expect(bytes.length).toBe(made.size_bytes);
  return { version: made, bytes };
}

/** Readers that are not ours. */
async function readElsewhere(bytes: Buffer): Promise<void> {
  const path = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.zip`);
  await writeFile(path, bytes);
  execFileSync('unzip', ['-tqq', path]);
  execFileSync('python3', ['-c', 'import sys, zipfile; bad = zipfile.ZipFile(sys.argv[1]).testzip(); sys.exit(0 if bad is None else 1)', path]);
  expect(new AdmZip(bytes).test()).toBe(true);
}

const imagesIn = (bytes: Buffer): string[] => new AdmZip(bytes).getEntries().map((entry) => entry.entryName).filter((name) => name.startsWith('images/'));
const labelsIn = (bytes: Buffer): string => new AdmZip(bytes).readAsText('annotations.json');
const labelsNow = async (id: string): Promise<string> => (await fetch(`${backend.url}/api/v1/datasets/${id}/annotations.json`, { headers: { authorization: `Bearer ${token}` } })).text();

describe('a version', () => {
  it('costs what changed: labels are copied round, new images are added, and only a removal writes all again', async () => {
    const id = await people.createDataset(token);
    await addImages(id, names(1, 14));
    await label(id, 1, box(1));
    const made = await create(id, { note: 'first', tag: 'golden' });
    expect([made.status, made.body.version, made.body.zip.state, made.body.note, made.body.tag]).toEqual([201, 1, 'none', 'first', 'golden']);
    const first = await withZip(id, 1);
    const regionBytes = first.bytes.indexOf('annotations.json') - 30;
    expect(first.version).toMatchObject({ num_images: 14, num_annotations: 1, zip: { state: 'ready', bytes_copied: 0 } });

    await label(id, 2, box(2));
    expect((await create(id)).body).toMatchObject({ version: 2, parent: 1 });
    const second = await withZip(id, 2);
    expect(second.version.zip).toMatchObject({ bytes_copied: regionBytes });
    expect(second.version.zip.bytes_moved).toBeLessThan(0.002 * second.bytes.length);
    expect(labelsIn(second.bytes)).toBe(await labelsNow(id));

    await addImages(id, names(15, 1));
    expect((await create(id)).status).toBe(201);
    const third = await withZip(id, 3);
    const newBytes = third.bytes.length - second.bytes.length;
    expect(third.version.zip).toMatchObject({ bytes_copied: regionBytes });
    expect(third.version.zip.bytes_moved).toBeLessThan(2.2 * newBytes + 0.02 * third.bytes.length);
    expect(imagesIn(third.bytes)).toEqual(names(1, 15).map((name) => `images/${name}`));

    await people.call('DELETE', `datasets/${id}/images/3`, { token });
    expect((await create(id)).status).toBe(201);
    const fourth = await withZip(id, 4);
    expect(fourth.version.zip.bytes_copied).toBe(0);
    expect(imagesIn(fourth.bytes)).toHaveLength(14);
    for (const { bytes } of [first, second, third, fourth]) await readElsewhere(bytes);

    // Dropped and wanted again, it is the same file; the one that it was copied from may be gone by then.
    for (const version of [2, 1]) expect((await people.call('DELETE', `datasets/${id}/snapshots/${version}?keep_manifest=true`, { token })).status).toBe(204);
    expect(await bucket.head(`datasets/${id}/snapshots/v2.zip`)).toBeNull();
    expect((await get(id, 2)).zip.state).toBe('none');
    expect((await withZip(id, 2)).bytes.equals(second.bytes)).toBe(true);
    expect((await withZip(id, 1)).bytes.equals(first.bytes)).toBe(true);
  }, 120_000);

  it('is one, however many ask at once, and none where nothing changed or what changed was taken back', async () => {
    const id = await people.createDataset(token);
    await addImages(id, names(1, 3), { side: 20 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(id, { zip: true })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array.from({ length: 49 }, () => 200), 201]);
    expect(new Set(answers.map((answer) => answer.body.version))).toEqual(new Set([1]));
    await withZip(id, 1);
    await label(id, 1, box(1));
    await label(id, 1, { annotations: [], no_object: false });
    expect(await create(id, { tag: 'same' })).toMatchObject({ status: 200, body: { version: 1, tag: 'same' } });
    await label(id, 1, box(2));
    expect(await create(id)).toMatchObject({ status: 201, body: { version: 2 } });
  }, 60_000);

  it('is what the dataset was, whatever happened to it since', async () => {
    const id = await people.createDataset(token, { classes: [{ name: 'one' }, { name: 'two' }, { name: 'three' }] });
    await addImages(id, names(1, 6), { side: 24 });
    const known = new Map<number, string>();
    const keep = async (): Promise<void> => {
      const text = await labelsNow(id);
      const made = await create(id);
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      known.set(made.body.version, text);
    };
    const steps: (() => Promise<unknown>)[] = [
      () => label(id, 1, box(1)),
      () => label(id, 2, { annotations: [{ class_id: 1, bbox: [0, 0, 5, 5] }, { class_id: 2, bbox: [1, 1, 4, 4], attributes: { hidden: true } }] }),
      () => label(id, 1, { status: 'reviewed' }),
      () => label(id, 1, box(3, 1)),
      () => change('DELETE', `datasets/${id}/images/2`),
      () => addImages(id, names(7, 2), { side: 24 }),
      () => change('POST', `datasets/${id}/images/bulk`, { ids: [3, 4], action: 'split', split: 'val' }),
      () => change('POST', `datasets/${id}/images/bulk`, { ids: [2], action: 'restore' }),
      () => addImages(id, names(1, 1), { side: 24, onConflict: 'replace' }),
      () => change('PATCH', `datasets/${id}/classes/1`, { name: 'renamed' }, { 'if-match': '"1"' }),
      () => change('POST', `datasets/${id}/classes/2/merge`, { into: 0 }, { 'if-match': '"2"' }),
      () => label(id, 5, { no_object: true }),
      () => change('PATCH', `datasets/${id}`, { name: 'another name' }),
    ];
    await keep();
    for (const step of steps.slice(0, -1)) {
      await step();
      await keep();
    }
    await steps.at(-1)?.();
    expect(known.size).toBe(steps.length);
    for (const [version, text] of known) {
      const { bytes, version: made } = await withZip(id, version);
      expect(labelsIn(bytes), `version ${version}`).toBe(text);
      expect(JSON.parse(text).content_hash).toBe(made.content_hash);
    }
  }, 120_000);

  it('is refused of nothing, of a tag that is taken, and of words that are too long', async () => {
    const id = await people.createDataset(token);
    expect((await create(id)).status).toBe(409);
    await addImages(id, names(1, 1), { side: 20 });
    expect((await create(id, { tag: 'one' })).status).toBe(201);
    await label(id, 1, box(1));
    expect((await create(id, { tag: 'one' })).status).toBe(409);
    expect((await create(id, { note: 'x'.repeat(2_001) })).status).toBe(422);
    expect((await people.call('GET', `datasets/${id}/snapshots/7/download`, { token })).status).toBe(404);
  });

  it('is deleted with its objects, and its number is not given again', async () => {
    const id = await people.createDataset(token);
    await addImages(id, names(1, 2), { side: 20 });
    await create(id);
    await withZip(id, 1);
    expect((await people.call('DELETE', `datasets/${id}/snapshots/1`, { token })).status).toBe(204);
    for (const name of ['v1.zip', 'v1.json', 'latest.json']) expect(await bucket.head(`datasets/${id}/snapshots/${name}`), name).toBeNull();
    expect((await people.call('GET', `datasets/${id}/snapshots/1`, { token })).status).toBe(404);
    expect((await create(id)).body.version).toBe(2);
  });

  it('is told to every training that asked for it, though one had to wait for the other', async () => {
    const id = await people.createDataset(token);
    await addImages(id, names(1, 1), { side: 20 });
    const { id: snapshotId } = (await create(id)).body;
    const [work, snapshots, job] = [backend.app.get(UnitOfWork, { strict: false }), backend.app.get(SnapshotRepository, { strict: false }), newId()];
    let rowIsHeld = (): void => undefined;
    // Begun outside of the first one's unit of work, or it would be in the same transaction.
    const second = new Promise<void>((resolve) => (rowIsHeld = resolve)).then(() => work.run(async () => (await snapshots.findForUpdate(snapshotId))?.state.waitingJobIds));
    await work.run(async () => {
      const first = await snapshots.findForUpdate(snapshotId);
      if (first === null) throw new Error('there is no version');
      rowIsHeld();
      await expect.poll(() => waitingForRows(), { timeout: 10_000 }).toBeGreaterThan(0);
      first.awaitedBy(job, new Date());
      await snapshots.save(first);
    });
    expect(await second).toEqual([job]);
  });
});

async function waitingForRows(): Promise<number> {
  const rows: unknown[] = await backend.app.get(DataSource).query(`select 1 from pg_locks where not granted and locktype in ('tuple', 'transactionid')`);
  return rows.length;
}
