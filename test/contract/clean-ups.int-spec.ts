import { randomUUID } from 'node:crypto';
import { Clock } from '@app/kernel';
import { S3MultipartUploads, S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BackendConfig } from '../../apps/backend/src/config/backend-config.js';
import type { CleanUpJob } from '../../apps/backend/src/platform/clean-up/clean-up-job.js';
import { CleanUpBoard } from '../../apps/backend/src/platform/clean-up/clean-up-board.js';
import { CleanUpRunner } from '../../apps/backend/src/platform/clean-up/clean-up-runner.js';
import { CleanUps } from '../../apps/backend/src/platform/clean-up/clean-ups.js';
import { RetentionHolds } from '../../apps/backend/src/platform/clean-up/retention-holds.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People } from './people.js';

interface Listed {
  readonly name: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly failure: string | null;
  readonly removed: { readonly count: number };
  readonly would_remove: { readonly count: number; readonly bytes: number | null } | null;
  readonly next_at: string | null;
}

/** What is removed by the clock: that each job takes what is due and nothing else, that a dry run takes nothing, and who runs it. The dataset's own jobs have tests of theirs (images-sweep, images-direct, direct-uploads). */
let own: OwnStore;
let backend: BackendUnderTest;
let people: People;
let pool: pg.Pool;
let store: S3ObjectStore;
let jobs: CleanUps;
let userId = '';

beforeAll(async () => {
  own = await startOwnStore();
  // Only the test runs them.
  backend = await startBackend({ ...own.environment, CLEAN_UP_LOOK_SECONDS: '3600' });
  people = new People(backend);
  await people.logInAdmin();
  pool = new pg.Pool({ connectionString: backend.databaseUrl });
  store = new S3ObjectStore(own.options);
  jobs = backend.app.get(CleanUps);
  userId = (await people.makeUser()).id;
});
afterAll(async () => {
  store.close();
  await pool.end();
  await backend.close();
  await own.close();
});
afterEach(() => pool.query('delete from backup_holds'));

const forEver = (): Promise<boolean> => Promise.resolve(true);
const list = async (): Promise<{ items: Listed[]; hold: { kind: string } | null }> => (await people.call<{ items: Listed[]; hold: { kind: string } | null }>('GET', 'admin/clean-ups', { token: people.admin })).body;
const shown = async (name: string): Promise<Listed> => {
  const found = (await list()).items.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no clean-up ${name}`);
  return found;
};
const dryRun = (name: string): ReturnType<People['call']> => people.call('POST', `admin/clean-ups/${name}/run?dry_run=true`, { token: people.admin });
const job = (name: string): CleanUpJob => {
  const found = jobs.find(name);
  if (found === null) throw new Error(`no clean-up ${name}`);
  return found;
};
const run = (name: string, now = new Date()): ReturnType<CleanUpJob['run']> => job(name).run({ now, mayGoOn: forEver });
const count = async (sql: string, parameters: unknown[] = []): Promise<number> => (await pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`, parameters)).rows[0]?.n ?? 0;
const exists = async (key: string): Promise<boolean> => (await store.head(key)) !== null;

async function makeJob(facts: { readonly state: string; readonly endedDaysAgo: number | null; readonly resumeFrom?: string }): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into training_jobs (id, dataset_id, dataset_name, requested_by, model, hyperparameters, state, epochs, created_at, finished_at, resume_from, revision)
     values ($1, 'platform-x-00000001', 'x', $2, 'cnn-small', '{}', $3, 9, now() - interval '300 days', now() - make_interval(days => $4), $5, 1)`,
    [id, userId, facts.state, facts.endedDaysAgo, facts.resumeFrom === undefined ? null : JSON.stringify({ key: facts.resumeFrom, epoch: 1 })],
  );
  return id;
}

async function addCheckpoint(jobId: string, epoch: number, value: number): Promise<string> {
  const key = `models/${jobId}/checkpoint-epoch-${epoch}.ckpt`;
  await store.put(key, Buffer.from('weights'));
  await pool.query(`insert into training_checkpoints (job_id, key, epoch, kind, size_bytes, sha256, attempt) values ($1, $2, $3, 'state', 7, '', 1)`, [jobId, key, epoch]);
  await pool.query(`insert into training_minted_uploads (job_id, key, kind, size_bytes, sha256) values ($1, $2, 'state', 7, '')`, [jobId, key]);
  await pool.query(`insert into training_metrics (job_id, epoch, attempt, metrics) values ($1, $2, 1, $3)`, [jobId, epoch, JSON.stringify({ primary_value: value })]);
  return key;
}

describe('clean-ups', () => {
  it('are listed with what they would remove, for administrators only', async () => {
    const { items, hold } = await list();
    expect(hold).toBeNull();
    expect(items.map((one) => one.name)).toEqual([
      ...['abandoned-uploads', 'announced-images', 'announced-models', 'consumed-events', 'expired-tokens', 'idempotency-keys', 'left-checkpoints', 'model-run-files', 'old-checkpoints', 'orphaned-images'],
      ...['orphaned-multipart-uploads', 'published-events', 'store-counts', 'superseded-zips', 'trash'],
    ]);
    for (const one of items) expect(one.would_remove?.count ?? 0).toBe(0);
    expect((await people.call('POST', 'admin/clean-ups/no-such-job/run', { token: people.admin })).status).toBe(404);
  });

  it('forget tokens, keys, events and counts of long ago, and spare the others', async () => {
    await pool.query(`insert into refresh_tokens (hash, family, user_id, session_epoch, expires_at) values ('old', gen_random_uuid(), $1, 1, now() - interval '31 days'), ('young', gen_random_uuid(), $1, 1, now() - interval '29 days')`, [userId]);
    await pool.query(
      `insert into api_keys (id, user_id, name, hash, hint, scopes, session_epoch, created_at, expires_at, revoked_at) values
       (gen_random_uuid(), $1, 'revoked', 'a', '', '{}', 1, now(), null, now() - interval '31 days'), (gen_random_uuid(), $1, 'live', 'b', '', '{}', 1, now(), null, null), (gen_random_uuid(), $1, 'expired', 'c', '', '{}', 1, now(), now() - interval '3 days', null)`,
      [userId],
    );
    await pool.query(`insert into outbox (id, stream, type, event, created_at, published_at) select gen_random_uuid(), 's', 't', '{}', now() - make_interval(days => d), case when d = 9 then null else now() end from unnest(array[6, 8, 9]) as d`);
    await pool.query(`insert into inbox (consumer, event_id, received_at) select 'c', gen_random_uuid(), now() - make_interval(days => d) from unnest(array[29, 31]) as d`);
    for (const name of ['expired-tokens', 'published-events', 'consumed-events']) expect((await shown(name)).would_remove?.count, name).toBe(name === 'expired-tokens' ? 2 : 1);
    await dryRun('expired-tokens');
    expect(await count(`refresh_tokens where hash in ('old','young')`)).toBe(2);
    expect(await run('expired-tokens')).toMatchObject({ count: 2 });
    expect((await pool.query(`select name from api_keys order by name`)).rows).toEqual([{ name: 'expired' }, { name: 'live' }]);
    expect((await pool.query(`select hash from refresh_tokens where hash in ('old','young')`)).rows).toEqual([{ hash: 'young' }]);
    expect(await run('published-events')).toMatchObject({ count: 1 });
    expect(await count(`outbox where stream = 's'`)).toBe(2);
    expect(await run('consumed-events')).toMatchObject({ count: 1 });
    expect(await run('expired-tokens')).toMatchObject({ count: 0 });
    expect(await run('expired-tokens', new Date(Date.now() + 28 * 86_400_000))).toMatchObject({ count: 2 });
  });

  it('put counts of closed days together and forget those of more than a year', async () => {
    await pool.query(`insert into store_operations (day, process, dataset_id, operation, kind, count) select current_date - d, gen_random_uuid(), 'platform-x-00000001', 'GetObject', 'sent', 5 from unnest(array[2, 4, 4, 401]) as d`);
    const sum = async (): Promise<unknown> => (await pool.query(`select current_date - day as age, count(*)::int as rows, sum(count)::int as sum from store_operations where dataset_id = 'platform-x-00000001' group by 1 order by 1`)).rows;
    expect((await dryRun('store-counts')).body).toMatchObject({ dry_run: true, would_remove: { count: 1 } });
    for (let time = 0; time < 2; time += 1) {
      await run('store-counts');
      expect(await sum()).toEqual([{ age: 2, rows: 1, sum: 5 }, { age: 4, rows: 1, sum: 10 }]);
    }
  });

  it('keep the best and the last checkpoint of a training that ended long ago, what another one goes on from, and everything of a live one', async () => {
    const [old, live] = [await makeJob({ state: 'completed', endedDaysAgo: 91 }), await makeJob({ state: 'running', endedDaysAgo: null })];
    const keys: string[] = [];
    for (const [epoch, value] of [[1, 0.1], [2, 0.9], [3, 0.2], [4, 0.3], [5, 0.4]] as const) keys.push(await addCheckpoint(old, epoch, value));
    for (const epoch of [1, 2, 3]) keys.push(await addCheckpoint(live, epoch, epoch));
    await makeJob({ state: 'queued', endedDaysAgo: null, resumeFrom: keys[2] ?? '' });
    expect((await shown('old-checkpoints')).would_remove).toEqual({ count: 2, bytes: 14 });
    await dryRun('old-checkpoints');
    for (const key of keys) expect(await exists(key)).toBe(true);
    expect(await run('old-checkpoints')).toEqual({ count: 2, bytes: 14 });
    expect(await Promise.all(keys.map(exists))).toEqual([false, true, true, false, true, true, true, true]);
    // What was handed out and is no checkpoint goes with the other job; here it is gone already, and its note too.
    expect(await run('left-checkpoints')).toMatchObject({ count: 2 });
    expect(await count('training_minted_uploads where job_id = $1', [old])).toBe(3);
    expect(await run('old-checkpoints')).toEqual({ count: 0, bytes: 0 });
  });

  it('go on where a killed run ended', async () => {
    const id = await makeJob({ state: 'failed', endedDaysAgo: 200 });
    const keys: string[] = [];
    for (const epoch of [1, 2, 3]) keys.push(await addCheckpoint(id, epoch, epoch));
    // Killed between the rows and the objects.
    await pool.query('delete from training_checkpoints where job_id = $1 and epoch = 1', [id]);
    expect(await run('left-checkpoints')).toEqual({ count: 1, bytes: 7 });
    expect(await exists(keys[0] ?? '')).toBe(false);
    expect(await run('old-checkpoints')).toEqual({ count: 1, bytes: 7 });
  });

  it('leave a dataset of the trash until no training of it runs, and then take it with everything', async () => {
    const id = await people.createDataset(people.admin);
    await store.put(`datasets/${id}/meta.json`, Buffer.from('{}'));
    await people.call('DELETE', `datasets/${id}`, { token: people.admin });
    const training = await makeJob({ state: 'running', endedDaysAgo: null });
    await pool.query('update training_jobs set dataset_id = $2 where id = $1', [training, id]);
    expect((await shown('trash')).would_remove?.count).toBe(0);
    await pool.query(`update datasets set deleted_at = now() - interval '31 days' where id = $1`, [id]);
    expect((await shown('trash')).would_remove?.count).toBe(1);
    expect(await run('trash')).toEqual({ count: 0, bytes: 0 });
    await pool.query(`update training_jobs set state = 'failed', finished_at = now() where id = $1`, [training]);
    await dryRun('trash');
    expect(await exists(`datasets/${id}/meta.json`)).toBe(true);
    expect((await run('trash')).count).toBe(1);
    expect([await exists(`datasets/${id}/meta.json`), await count('datasets where id = $1', [id])]).toEqual([false, 0]);
  });

  it('end uploads in parts that nobody goes on with', async () => {
    const uploads = new S3MultipartUploads(own.options);
    await uploads.begin('datasets/platform-x-00000001/snapshots/v1.zip', 'application/zip');
    await uploads.begin('elsewhere/x', 'application/zip');
    const later = new Date(Date.now() + 49 * 3_600_000);
    expect(await job('orphaned-multipart-uploads').plan(new Date())).toMatchObject({ count: 0 });
    expect(await job('orphaned-multipart-uploads').plan(later)).toMatchObject({ count: 1 });
    expect(await run('orphaned-multipart-uploads', later)).toMatchObject({ count: 1 });
    expect(await job('orphaned-multipart-uploads').plan(later)).toMatchObject({ count: 0 });
    expect(await store.abortStaleUploads('elsewhere/', later)).toBe(1);
    uploads.close();
  });

  it('remove the files of runs that ended long ago, and keep what they said', async () => {
    const dataset = await people.createDataset(people.admin);
    const [model, ids] = [randomUUID(), [randomUUID(), randomUUID()]];
    await pool.query(`insert into models (id, dataset_id, name, source, task_type, object, created_by) values ($1, $2, 'm', 'upload', 'object_detection', '{}', $3)`, [model, dataset, userId]);
    for (const [index, id] of ids.entries()) {
      await store.put(`models/${id}/predictions.ndjson`, Buffer.from('{}'));
      await store.put(`models/${id}/images.ndjson`, Buffer.from('{}'));
      await pool.query(`insert into model_runs (id, kind, dataset_id, model_id, min_score, stage, predictions, created_by, finished_at) values ($1, 'prelabel', $2, $3, 0, 'done', $4, $5, now() - make_interval(days => $6))`, [id, dataset, model, JSON.stringify({ key: `models/${id}/predictions.ndjson`, sizeBytes: 2, sha256: '' }), userId, index === 0 ? 31 : 29]);
    }
    expect((await shown('model-run-files')).would_remove).toEqual({ count: 1, bytes: 2 });
    expect(await run('model-run-files')).toEqual({ count: 1, bytes: 2 });
    expect(await Promise.all(ids.flatMap((id) => [exists(`models/${id}/predictions.ndjson`), exists(`models/${id}/images.ndjson`)]))).toEqual([false, false, true, true]);
    expect(await count('model_runs where dataset_id = $1', [dataset])).toBe(2);
  });
});

describe('a run of a clean-up', () => {
  let runs = 0;
  let during: () => Promise<void> = () => Promise.resolve();
  const counted: CleanUpJob = {
    ...{ name: 'counted-by-a-test', removes: 'Nothing.', keepsSeconds: 1, setting: null, everySeconds: 3_600, firstAfterSeconds: 0, removesObjects: true },
    plan: () => Promise.resolve({ count: 3, bytes: null }),
    run: async ({ mayGoOn }) => {
      runs += 1;
      await during();
      return { count: (await mayGoOn()) ? 3 : 1, bytes: 30 };
    },
  };
  const due = (): Promise<unknown> => pool.query(`update clean_ups set next_at = now() - interval '1 second' where name = $1`, [counted.name]);

  it('is one replica’s at a time, comes again after its time, and says what it did', async () => {
    jobs.register(counted);
    // Two replicas are two runners on one board.
    const [runner, second] = [backend.app.get(CleanUpRunner), new CleanUpRunner(...partsOf(backend))];
    during = () => new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([runner.run(counted), second.run(counted), runner.run(counted)]);
    expect(runs).toBe(1);
    expect(await shown(counted.name)).toMatchObject({ state: 'idle', outcome: 'done', removed: { count: 3, bytes: 30 } });
    await runner.run(counted);
    expect(runs).toBe(1);
    await due();
    await second.run(counted);
    expect(runs).toBe(2);
  });

  it('is taken over when its replica is gone, and not before', async () => {
    const runner = backend.app.get(CleanUpRunner);
    await due();
    await pool.query(`update clean_ups set lease = gen_random_uuid(), leased_until = clock_timestamp() + interval '1 minute' where name = $1`, [counted.name]);
    await runner.run(counted);
    expect(runs).toBe(2);
    expect((await people.call('POST', `admin/clean-ups/${counted.name}/run`, { token: people.admin })).status).toBe(409);
    expect((await shown(counted.name)).state).toBe('running');
    await pool.query(`update clean_ups set leased_until = clock_timestamp() - interval '1 second' where name = $1`, [counted.name]);
    await runner.run(counted);
    expect(runs).toBe(3);
  });

  it('waits for those who hold the objects, and ends between two steps when somebody begins to', async () => {
    const runner = backend.app.get(CleanUpRunner);
    const hold = (): Promise<unknown> => pool.query(`insert into backup_holds (id, held_until) values (gen_random_uuid(), now() + interval '1 hour')`);
    await hold();
    await due();
    await runner.run(counted);
    expect(runs).toBe(3);
    expect(await shown(counted.name)).toMatchObject({ state: 'held', outcome: 'held', removed: { count: 0 } });
    expect((await list()).hold).toMatchObject({ kind: 'backup' });
    expect((await people.call('POST', `admin/clean-ups/${counted.name}/run`, { token: people.admin })).status).toBe(409);
    await pool.query(`update backup_holds set held_until = now() - interval '1 second'`);
    await due();
    during = async () => void (await hold());
    await runner.run(counted);
    expect(runs).toBe(4);
    expect(await shown(counted.name)).toMatchObject({ outcome: 'held', removed: { count: 1 } });
  });

  it('is begun by an administrator, and tried again soon after it failed', async () => {
    during = () => Promise.reject(new Error('the store said something secret'));
    expect((await people.call('POST', `admin/clean-ups/${counted.name}/run`, { token: people.admin })).body).toMatchObject({ dry_run: false });
    await expect.poll(async () => (await shown(counted.name)).outcome).toBe('failed');
    const failed = await shown(counted.name);
    expect(failed.failure).not.toContain('secret');
    expect(Date.parse(failed.next_at ?? '') - Date.now()).toBeLessThan(301_000);
  });
});

function partsOf({ app }: BackendUnderTest): ConstructorParameters<typeof CleanUpRunner> {
  return [app.get(CleanUps), app.get(CleanUpBoard), app.get(RetentionHolds), app.get(Clock), app.get(BackendConfig)];
}
