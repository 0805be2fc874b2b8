import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CleanUps } from '../../apps/backend/src/platform/clean-up/clean-ups.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { People, type Answer } from './people.js';

let backend: BackendUnderTest;
let people: People;
let pool: pg.Pool;

beforeAll(async () => {
  backend = await startBackend();
  people = new People(backend);
  await people.logInAdmin();
  pool = new pg.Pool({ connectionString: backend.databaseUrl, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await backend.close();
});

const create = (key: string, name: string, token = people.admin): Promise<Answer> => people.call('POST', 'datasets/create', { token, body: { name, task_type: 'object_detection' }, headers: { 'idempotency-key': key } });
const countOf = async (name: string): Promise<number> => (await pool.query<{ count: number }>('select count(*)::int as count from datasets where name = $1', [name])).rows[0]?.count ?? -1;

describe('a write with an Idempotency-Key', () => {
  it('has its effect once, and the same answer each time', async () => {
    const key = randomUUID();
    const first = await create(key, 'once');
    const again = await create(key, 'once');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotent-replay'), again.headers.get('idempotent-replay')]).toEqual([null, 'true']);
    expect(await countOf('once')).toBe(1);
  });

  it('has its effect once when twenty come at the same moment', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(key, 'race')));
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([201, 409]));
    expect(answers.filter((one) => one.status === 409).every((one) => one.body['code'] === 'in-progress')).toBe(true);
    expect(await countOf('race')).toBe(1);
  });

  it('is refused with another body, and is its own for each person', async () => {
    const key = randomUUID();
    await create(key, 'mine');
    expect((await create(key, 'other')).body).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
    const somebody = await people.makeUser();
    expect((await create(key, 'theirs', somebody.token)).status).toBe(201);
  });

  it('frees its key when it was refused', async () => {
    const key = randomUUID();
    expect((await create(key, '')).status).toBe(422);
    expect((await create(key, 'now it is right')).status).toBe(201);
  });

  it('leaves no effect where the answer cannot be kept: both or neither', async () => {
    await pool.query(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '57014'; end $$; create trigger refuse before update on idempotency_keys for each row execute function refuse()`);
    const key = randomUUID();
    expect((await create(key, 'atomic')).status).toBe(503);
    expect(await countOf('atomic')).toBe(0);
    await pool.query('drop trigger refuse on idempotency_keys');
    expect((await create(key, 'atomic')).status).toBe(201);
    expect(await countOf('atomic')).toBe(1);
  });

  it('is remembered for a day and not for longer', async () => {
    const job = backend.app.get(CleanUps).find('idempotency-keys');
    const [young, old] = [randomUUID(), randomUUID()];
    for (const key of [young, old]) await create(key, 'remembered');
    await pool.query(`update idempotency_keys set claimed_at = case when key = $1 then now() - interval '25 hours' else now() - interval '23 hours' end where key = any($2)`, [old, [old, young]]);
    expect(await job?.plan(new Date())).toMatchObject({ count: 1 });
    expect(await job?.run({ now: new Date(), mayGoOn: () => Promise.resolve(true) })).toMatchObject({ count: 1 });
    expect((await pool.query('select key from idempotency_keys where key = any($1)', [[old, young]])).rows).toEqual([{ key: young }]);
    expect((await create(young, 'remembered')).headers.get('idempotent-replay')).toBe('true');
  });

  it('is rolled back where its claim was taken over meanwhile', async () => {
    // As if this request had hung for more than a minute and a repeat had come: the row has another claim when the effect is to be committed.
    await pool.query(`create function take_over() returns trigger language plpgsql as $$ begin update idempotency_keys set claimed_at = clock_timestamp() where key = 'taken'; return new; end $$; create trigger take_over before insert on datasets for each row execute function take_over()`);
    expect((await create('taken', 'taken over')).status).toBe(409);
    expect(await countOf('taken over')).toBe(0);
    await pool.query('drop trigger take_over on datasets');
  });
});
