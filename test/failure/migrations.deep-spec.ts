import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '@app/local-services';
import { createTestDatabase, startTestNats, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../apps/backend/src/platform/database/migrations/index.js';
import { runMigrations } from '../../apps/backend/src/platform/database/run-migrations.js';
import { startBackend } from '../contract/backend-under-test.js';
import { png } from '../contract/image-workbench.js';
import { startOwnStore } from '../contract/own-store.js';
import { People } from '../contract/people.js';
import { startProduct } from '../e2e/harness.js';

const RUNNER = resolve(import.meta.dirname, '../../dist/backend/apps/backend/src/platform/database/run-migrations.js');
const KILLS = 12;
const WRITERS = 6;
/** Somebody's report holds a table for so long. */
const REPORT_MILLISECONDS = 15_000;

/** Rules of docs/migrations.md, as a next release would follow them: expand, an index beside those who write, a backfill in batches. */
const NEXT = `
  const next = [
    class Expand1800000000000 {
      name = 'Expand1800000000000';
      async up(runner) {
        await runner.query("alter table dataset_images add column note text");
        await runner.query("create table image_notes (dataset_id text not null, number integer not null, note text not null, primary key (dataset_id, number))");
      }
      async down() {}
    },
    class Index1800000000100 {
      name = 'Index1800000000100';
      transaction = false;
      async up(runner) {
        await runner.query('drop index concurrently if exists dataset_images_note');
        await runner.query('create index concurrently dataset_images_note on dataset_images (note) where note is not null');
      }
      async down() {}
    },
    class Fill1800000000200 {
      name = 'Fill1800000000200';
      transaction = false;
      async up(runner) {
        for (let count = 1; count > 0; ) {
          const rows = await runner.query("with filled as (update dataset_images set note = 'filled' where ctid = any(array(select ctid from dataset_images where note is null limit 500 for update skip locked)) returning 1) select count(*)::int as count from filled");
          count = rows[0].count;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      async down() {}
    },
  ];`;

/** The runner of the product, in a process that can be killed. */
function migrating(databaseUrl: string, options: { readonly next?: boolean } = {}): { readonly child: ChildProcess; readonly ended: Promise<number | null>; said(): string } {
  const program = `
    const { runMigrations } = await import(${JSON.stringify(RUNNER)});
    const { MIGRATIONS } = await import(${JSON.stringify(RUNNER.replace('run-migrations.js', 'migrations/index.js'))});
    ${options.next === true ? NEXT : 'const next = [];'}
    await runMigrations(${JSON.stringify(databaseUrl)}, { migrations: [...MIGRATIONS, ...next], onRepeat: () => console.log('repeated') });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, ended: once(child, 'exit').then(([code]) => code as number | null), said: () => text };
}

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  // Its server is stopped soon after.
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

const SCHEMA = `
  select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line from information_schema.columns where table_schema = current_schema()
  union all select indexdef from pg_indexes where schemaname = current_schema()
  union all select format('%s %s valid %s', conrelid::regclass, pg_get_constraintdef(oid), convalidated) from pg_constraint where connamespace = current_schema()::regnamespace
  union all select format('invalid index %s', indexrelid::regclass) from pg_index where not indisvalid order by 1`;
const schemaOf = (url: string): Promise<string[]> => withPool(url, async (pool) => (await pool.query<{ line: string }>(SCHEMA)).rows.map((row) => row.line));

async function schemaOfUndisturbed(next: boolean): Promise<string[]> {
  const database = await createTestDatabase();
  const run = migrating(database.url, { next });
  expect(await run.ended, run.said()).toBe(0);
  const lines = await schemaOf(database.url);
  await database.drop();
  return lines;
}

const OLD_ROWS = `
  insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, created_by, created_at, updated_at, revision)
    select 'platform-old-' || n, 'old ' || n, 'image_classification', false, 'private', 'ready', 20000, 1, 0, '{}', '', gen_random_uuid(), now(), now(), 1 from generate_series(1, 5) n;
  insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, class_ids, size_bytes, crc32, sha256)
    select 'platform-old-' || d, n, n || '.png', 8, 8, 3, 'png', 'unlabeled', '{0}', 100, 1, sha256((d || '/' || n)::bytea) from generate_series(1, 5) d, generate_series(1, 20000) n;`;

/** With rows of a release from before images and labels were rows of their own. */
async function oldDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await runMigrations(database.url, { migrations: MIGRATIONS.slice(0, MIGRATIONS.findIndex((one) => one.name.startsWith('ImagesAndAnnotations'))) });
  await withPool(database.url, (pool) => pool.query(OLD_ROWS));
  return database;
}

/** Milliseconds that the whole program takes on this machine: kills are spread over them. */
async function timeOfUndisturbed(): Promise<number> {
  const database = await oldDatabase();
  const begun = Date.now();
  const run = migrating(database.url);
  expect(await run.ended, run.said()).toBe(0);
  await database.drop();
  return Date.now() - begun;
}

describe('migrations', () => {
  it('that are killed again and again end where an undisturbed run ends, with every row', async () => {
    const whole = await timeOfUndisturbed();
    const database = await oldDatabase();
    let midway = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const run = migrating(database.url);
      await Promise.race([sleep(whole * (0.4 + 0.6 * Math.random())), run.ended]);
      const done = (await withPool(database.url, (pool) => pool.query('select 1 from migrations'))).rowCount ?? 0;
      run.child.kill('SIGKILL');
      await run.ended;
      if (done < MIGRATIONS.length) midway += 1;
    }
    const last = migrating(database.url);
    expect(await last.ended, last.said()).toBe(0);
    expect(await schemaOf(database.url)).toEqual(await schemaOfUndisturbed(false));
    const { rows } = await withPool(database.url, (pool) => pool.query('select (select count(*)::int from dataset_images) as images, (select count(*)::int from dataset_image_classes) as classes, (select count(*)::int from dataset_imports) as imports'));
    expect(rows).toEqual([{ images: 100_000, classes: 100_000, imports: 0 }]);
    process.stdout.write(`${midway} of ${KILLS} kills came before the end\n`);
    expect(midway).toBeGreaterThan(0);
    await database.drop();
  });

  it('of a next release run while this one serves: no write fails or waits for somebody\'s report, though the runner is killed', async () => {
    const [store, nats] = [await startOwnStore(), await startTestNats()];
    const backend = await startBackend({ ...store.environment, NATS_URL: nats.url });
    const people = new People(backend);
    const token = await people.logInAdmin();
    const id = await people.createDataset(token);
    const form = new FormData();
    for (let number = 1; number <= WRITERS; number += 1) form.append('file', new Blob([new Uint8Array(png(number))], { type: 'image/png' }), `${number}.png`);
    expect((await people.call('POST', `datasets/${id}/images`, { token, form })).status).toBe(200);
    await withPool(backend.databaseUrl, (pool) =>
      pool.query(`insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, crc32, sha256) select $1, n, n || 'x.png', 8, 8, 3, 'png', 'unlabeled', 100, 1, '\\x00' from generate_series(100, 20000) n`, [id]),
    );
    const seen = { written: 0, refused: [] as unknown[], slowest: 0, stopped: false };
    const writers = Array.from({ length: WRITERS }, async (_, index) => {
      for (let revision = 1; !seen.stopped; revision += 1) {
        const begun = Date.now();
        const answer = await people.call('PATCH', `datasets/${id}/annotations/${index + 1}`, { token, body: { annotation: { class_id: 0, bbox: [revision % 4, 1, 3, 3] } }, headers: { 'if-match': `"${revision}"` } });
        seen.slowest = Math.max(seen.slowest, Date.now() - begun);
        if (answer.status !== 200) seen.refused.push(answer.body);
        seen.written += 1;
        await sleep(10);
      }
    });
    const report = withPool(backend.databaseUrl, async (pool) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select count(*) from dataset_images');
      await sleep(REPORT_MILLISECONDS);
      await client.query('rollback');
      client.release();
    });
    const first = migrating(backend.databaseUrl, { next: true });
    await report;
    await Promise.race([first.ended, sleep(1_500)]);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = migrating(backend.databaseUrl, { next: true });
    await sleep(1_500);
    second.child.kill('SIGKILL');
    await second.ended;
    const last = migrating(backend.databaseUrl, { next: true });
    expect(await last.ended, last.said()).toBe(0);
    const before = seen.written;
    await sleep(1_000);
    seen.stopped = true;
    await Promise.all(writers);
    process.stdout.write(`${seen.written} writes during the migrations, the slowest ${seen.slowest} ms; a report held a table for ${REPORT_MILLISECONDS} ms\n`);
    expect(first.said()).toContain('repeated');
    expect(seen.refused).toEqual([]);
    expect(seen.written).toBeGreaterThan(before);
    expect(seen.slowest).toBeLessThan(REPORT_MILLISECONDS - 4_000);
    expect(await schemaOf(backend.databaseUrl)).toEqual(await schemaOfUndisturbed(true));
    expect((await withPool(backend.databaseUrl, (pool) => pool.query('select 1 from dataset_images where note is null'))).rowCount).toBe(0);
    await backend.close();
    await nats.close();
    await store.close();
  });

  it('bring the data folder of an earlier release to this one at its first start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vision-earlier-'));
    await chmod(folder, 0o711);
    const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
    await runMigrations(postgres.url, { migrations: MIGRATIONS.slice(0, MIGRATIONS.findIndex((one) => one.name.startsWith('LooksAtZips')) + 1) });
    await withPool(postgres.url, (pool) =>
      pool.query(`insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, created_by, created_at, updated_at, revision)
        values ('platform-old-00000001', 'of an earlier release', 'image_classification', false, 'public', 'ready', 0, 0, 0, '{"train":0,"val":0,"test":0,"unassigned":0}', '', gen_random_uuid(), now(), now(), 1)`),
    );
    await postgres.stop();
    const product = await startProduct({ dataDirectory: folder });
    try {
      const logIn = await fetch(`${product.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(product.admin) });
      const { access_token: token } = (await logIn.json()) as { access_token: string };
      const found = await fetch(`${product.url}/api/v1/datasets/platform-old-00000001`, { headers: { authorization: `Bearer ${token}` } });
      expect(found.status).toBe(200);
      expect(await found.json()).toMatchObject({ name: 'of an earlier release' });
      const names = await withPool(product.database_url, (pool) => pool.query<{ name: string }>('select name from migrations order by timestamp'));
      expect(names.rows.map((row) => row.name)).toEqual(MIGRATIONS.map((one) => one.name));
    } finally {
      await product.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
