import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore } from '@app/object-store';
import { createTestDatabase, startTestNats, type TestNats } from '@app/testing';
import pg from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBackup } from '../../apps/backend/src/backup.main.js';
import { restoreBackup } from '../../apps/backend/src/backup/restore/restore-backup.js';
import { runRestore } from '../../apps/backend/src/restore.main.js';
import { FolderPlace } from '../../apps/backend/src/backup/folder-place.js';
import { makeBackup } from '../../apps/backend/src/backup/make-backup.js';
import { dataSourceOptions, migrated } from '../../apps/backend/src/platform/database/database.module.js';
import { fsck } from '../../apps/backend/src/fsck/fsck.js';
import { MIGRATIONS } from '../../apps/backend/src/platform/database/migrations/index.js';
import { HeldDeletions } from '../../apps/backend/src/platform/storage/held-deletions.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { png } from './image-workbench.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People } from './people.js';

/** An installation with images, labels, a version and a zip; what it is saved as, and what comes of it elsewhere. */
let store: OwnStore;
let nats: TestNats;
let backend: BackendUnderTest;
let people: People;
let token: string;
let bucket: S3ObjectStore;
let place: string;
let id: string;

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> => {
  const answer = await people.call<Record<string, unknown>>(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(400);
  return answer.body;
};
const addImage = async (name: string, seed: number): Promise<void> => {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(png(seed))], { type: 'image/png' }), name);
  expect((await people.call('POST', `datasets/${id}/images`, { token, form })).status).toBe(200);
};

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

interface Run {
  readonly code: number;
  readonly said: string;
}

async function run(command: typeof runBackup, args: readonly string[], environment: Record<string, string> = { DATABASE_URL: backend.databaseUrl, ...store.environment }): Promise<Run> {
  const lines: string[] = [];
  const code = await command(args, { environment, folder: tmpdir(), print: (text) => void lines.push(text) });
  return { code, said: lines.join('\n') };
}

const startOn = (url: string): Promise<DataSource> => migrated(dataSourceOptions({ url, poolSize: 1 }));

const differences = async (databaseUrl: string, of: S3ObjectStore): Promise<string[]> => {
  const found: string[] = [];
  for await (const one of fsck({ databaseUrl, store: of, graceMinutes: 0, deep: true })) found.push(`${one.code} ${one.where}`);
  return found;
};

beforeAll(async () => {
  place = join(await mkdtemp(join(tmpdir(), 'vision-backup-')), 'place');
  store = await startOwnStore();
  nats = await startTestNats();
  backend = await startBackend({ ...store.environment, NATS_URL: nats.url });
  people = new People(backend);
  token = await people.logInAdmin();
  bucket = new S3ObjectStore(store.options);
  id = await people.createDataset(token, { classes: [{ name: 'one' }, { name: 'two' }] });
  for (const [name, seed] of [['a.png', 1], ['b.png', 2], ['c.png', 3]] as const) await addImage(name, seed);
  await call('PATCH', `datasets/${id}/annotations/1`, { annotation: { class_id: 1, bbox: [1, 1, 4, 4] } }, { 'if-match': '"1"' });
  const { version } = await call('POST', `datasets/${id}/snapshots`, {});
  await call('GET', `datasets/${id}/snapshots/${String(version)}/download?wait=25`);
  for (const deadline = Date.now() + 20_000; Date.now() < deadline && (await differences(backend.databaseUrl, bucket)).length > 0; ) await new Promise((resolve) => setTimeout(resolve, 200));
});
afterAll(async () => {
  bucket?.close();
  await backend?.close();
  await nats?.close();
  await store?.close();
  await rm(join(place, '..'), { recursive: true, force: true });
});

describe('a backup', () => {
  it('has everything at the first time, only what is new at the second, and files that only their owner reads', async () => {
    const first = await run(runBackup, ['--to', place]);
    expect(first, first.said).toMatchObject({ code: 0 });
    expect(first.said).toMatch(/5 objects \(.*\), \d+ rows/);
    expect(first.said).toMatch(/^5 objects .* were copied/m);
    await addImage('d.png', 4);
    const second = await run(runBackup, ['--to', place]);
    expect(second.said).toMatch(/^1 objects .* were copied/m);
    for (const file of await filesIn(place)) expect((await stat(file)).mode & 0o777, file).toBe(0o600);
    expect((await readdir(place)).sort()).toEqual(['backups', 'objects']);
    expect((await run(runBackup, ['--to', place, '--list'])).said.split('\n')).toHaveLength(2);
    expect((await run(runBackup, ['--to', place, '--verify'])).code).toBe(0);
  });

  it('that is damaged is found and not restored; where it is whole again the restore goes on, agrees with itself, and is not done twice', async () => {
    const [object] = (await filesIn(join(place, 'objects'))).sort();
    if (object === undefined) throw new Error('no object');
    const bytes = await readFile(object);
    await writeFile(object, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]));
    const looked = await run(runBackup, ['--to', place, '--verify']);
    expect(looked.code).toBe(1);
    expect(looked.said).toMatch(/has other bytes than were written\nThe backup .* is damaged: 1 fault/);
    const [database, other] = [await createTestDatabase(), await startOwnStore()];
    const target = { DATABASE_URL: database.url, ...other.environment };
    expect((await run(runRestore, ['--from', place], target)).code).toBe(1);
    await expect(startOn(database.url)).rejects.toThrow('A backup is being restored into this database');
    await writeFile(object, bytes);
    const again = await run(runRestore, ['--from', place], target);
    expect(again, again.said).toMatchObject({ code: 0 });
    expect(again.said).toMatch(/objects written, [1-9]\d* were there/);
    const there = new S3ObjectStore(other.options);
    expect(await differences(database.url, there)).toEqual([]);
    expect(await run(runRestore, ['--from', place], target)).toMatchObject({ code: 2, said: expect.stringContaining('The database is not empty') as string });
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    expect((await pool.query('select objects from dataset_images where number = 1')).rows).toMatchObject([{ objects: [{ class_id: 1 }] }]);
    await pool.end();
    there.close();
    await database.drop();
    await other.close();
  });

  it('holds deletions off until it has ended, and only the newest stay where that is asked for', async () => {
    const deletions = backend.app.get(HeldDeletions);
    const key = `datasets/${id}/images/999999.png`;
    await bucket.put(key, png(9));
    const source = { databaseUrl: backend.databaseUrl, store: bucket, productVersion: 'test' };
    await makeBackup(source, new FolderPlace(place), {
      onCut: async () => {
        await deletions.remove([key, 'staging/x/image']);
        expect(await deletions.release()).toBe(0);
        expect(await bucket.head(key)).not.toBeNull();
        expect(await differences(backend.databaseUrl, bucket)).toEqual([]);
        await expect(makeBackup(source, new FolderPlace(place))).rejects.toThrow('Another backup of this installation is being made.');
      },
    });
    expect(await deletions.release()).toBe(1);
    expect(await bucket.head(key)).toBeNull();
    await bucket.put(key, png(9));
    await deletions.remove([key]);
    expect(await bucket.head(key)).toBeNull();
    const kept = await run(runBackup, ['--to', place, '--keep', '1']);
    expect(kept.said.match(/^Removed: /gm)).toHaveLength(3);
    expect((await run(runBackup, ['--to', place, '--verify'])).code).toBe(0);
  });

  it('lies as well in a bucket of another store, but not in the one that is saved, and goes into a later release, but not into an earlier one', async () => {
    const other = await startOwnStore();
    const { endpoint, accessKeyId, secretAccessKey } = other.options;
    const environment = { DATABASE_URL: backend.databaseUrl, ...store.environment };
    const there = { ...environment, BACKUP_S3_ENDPOINT: String(endpoint), BACKUP_S3_ACCESS_KEY_ID: accessKeyId, BACKUP_S3_SECRET_ACCESS_KEY: secretAccessKey };
    for (const copied of [6, 0]) expect((await run(runBackup, ['--to', 's3://vision-own/saved'], there)).said).toMatch(new RegExp(`^${copied} objects .* were copied`, 'm'));
    expect(await run(runBackup, ['--to', 's3://vision-own/saved', '--verify'], there)).toMatchObject({ code: 0 });
    expect(await run(runBackup, ['--to', 's3://vision-own/saved'], environment)).toMatchObject({ code: 2, said: expect.stringContaining('the bucket that is to be saved') as string });

    // A release later: the schema moves on behind the rows. The other way round it cannot.
    class Later1800000000000 {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query(`alter table datasets add column later text not null default 'moved on'`);
      }
      async down(runner: QueryRunner): Promise<void> {
        await runner.query('alter table datasets drop column later');
      }
    }
    const database = await createTestDatabase();
    const bucketThere = new S3ObjectStore(other.options);
    const restored = await restoreBackup(new FolderPlace(place), { databaseUrl: database.url, store: bucketThere }, { migrations: [...MIGRATIONS, Later1800000000000] });
    expect(restored.differences).toEqual([]);
    const moved = await startOn(database.url);
    expect(await moved.query('select distinct later from datasets')).toEqual([{ later: 'moved on' }]);
    await moved.destroy();
    expect(await run(runBackup, ['--to', place], { ...environment, DATABASE_URL: database.url })).toMatchObject({ code: 2, said: expect.stringContaining('of another release') as string });
    const head = join(place, 'backups', restored.backup.id, 'backup.json');
    await writeFile(head, JSON.stringify({ ...restored.backup, migrations: [...restored.backup.migrations, 'Later1800000000000'] }));
    expect(await run(runRestore, ['--from', place], environment)).toMatchObject({ code: 2, said: expect.stringContaining('is of a later release') as string });
    bucketThere.close();
    await database.drop();
    await other.close();
  });
});
