import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATASET_ROLES, type DatasetRole } from '../../apps/backend/src/platform/auth/access-policy.js';
import { DATASET_RULES, OTHER_ROUTES, type DatasetRule } from './access-rules.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { People } from './people.js';
import { DATASET_FACTS_SQL, untilQuiet } from './until-quiet.js';

/**
 * Every route about a dataset, tried by everybody (2.B of the threat model): who may not see it gets the very answer of a dataset that is not there, who
 * may see but not do gets 403, and neither changes a row. Who may gets past the policy.
 */
let backend: BackendUnderTest;
let people: People;
let pool: pg.Pool;
type Person = Awaited<ReturnType<People['makeUser']>>;
let owner: Person;
let stranger: Person;
const members = new Map<DatasetRole, Person>();

beforeAll(async () => {
  backend = await startBackend();
  people = new People(backend);
  await people.logInAdmin();
  [owner, stranger] = [await people.makeUser('owner'), await people.makeUser('stranger')];
  for (const role of DATASET_ROLES) members.set(role, role === 'owner' ? owner : await people.makeUser(`member-${role}`));
  pool = new pg.Pool({ connectionString: backend.databaseUrl, max: 2 });
});
afterAll(async () => {
  await pool?.end();
  await backend.close();
});

/** A dataset with a member of every role. */
async function makeDataset(visibility: 'private' | 'public' = 'private'): Promise<string> {
  const dataset = await people.createDataset(owner.token, { visibility });
  for (const [role, person] of members) await pool.query('insert into dataset_members (dataset_id, user_id, role) values ($1, $2, $3) on conflict do nothing', [dataset, person.id, role]);
  return dataset;
}

interface Attempt {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function attempt(route: string, rule: DatasetRule, run: { readonly dataset: string; readonly token: string; readonly prepared?: Readonly<Record<string, string>> | undefined }): Promise<Attempt> {
  const [method = '', template = ''] = route.split(' ');
  const given: Readonly<Record<string, string>> = { ...rule.parameters, ...run.prepared };
  const path = template
    .replace('/api/v1/', '')
    .replace(/\{(id|dataset_id)\}/, run.dataset)
    .replaceAll(/\{([^}]+)\}/g, (_, name: string) => given[name] ?? (name.endsWith('_id') ? randomUUID() : '1'));
  const options = { token: run.token, ...(rule.body === undefined ? {} : { body: rule.body }), headers: { ...rule.headers }, stream: rule.stream === true };
  const { status, body } = await people.call(method, `${path}${rule.query ?? ''}`, options);
  const { request_id: _, ...rest } = body;
  return { status, body: rest };
}

/** The relay marks rows of the outbox; how far the live view is, it notes by itself. */
const COMPARED: Readonly<Record<string, string>> = {
  outbox: '(select id from outbox)',
  datasets: `(select ${DATASET_FACTS_SQL} from datasets)`,
};

/** All of the database but what a refused request, or the clock, may write. */
async function state(): Promise<unknown[]> {
  await untilQuiet(pool);
  const { rows } = await pool.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'public' and table_name not in ('login_attempts', 'refresh_tokens', 'api_keys', 'idempotency_keys', 'broker_streams', 'migrations', 'clean_ups', 'store_operations', 'store_inventory') order by 1`);
  const sums = await Promise.all(rows.map(async ({ name }) => [name, (await pool.query<{ sum: string }>(`select md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as sum from ${COMPARED[name] ?? name} t`)).rows[0]?.sum]));
  return sums;
}

const rank = (role: DatasetRole): number => DATASET_ROLES.indexOf(role);
const cases = Object.entries(DATASET_RULES);

describe('the access matrix', () => {
  it('has a line for every route of the API', async () => {
    const document = (await (await fetch(`${backend.url}/api/docs-json`)).json()) as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    expect(routes.sort()).toEqual([...Object.keys(DATASET_RULES), ...Object.keys(OTHER_ROUTES)].sort());
  });

  it.each(cases)('%s: strangers cannot tell it from one that is not there', async (route, rule) => {
    const dataset = await makeDataset();
    const prepared = (await rule.prepare?.({ people, owner, dataset })) ?? undefined;
    const before = await state();
    const foreign = await attempt(route, rule, { dataset, token: stranger.token, prepared });
    const missing = await attempt(route, rule, { dataset: 'platform-missing-00000000', token: stranger.token, prepared });
    expect(foreign.status).toBe(404);
    expect(foreign).toEqual(missing);
    expect(await state()).toEqual(before);
  });

  it.each(cases)('%s: roles below the least are refused, the least gets through', async (route, rule) => {
    const dataset = await makeDataset();
    const prepared = (await rule.prepare?.({ people, owner, dataset })) ?? undefined;
    const before = await state();
    for (const role of DATASET_ROLES.filter((one) => rank(one) < rank(rule.least))) {
      expect({ role, ...(await attempt(route, rule, { dataset, token: members.get(role)?.token ?? '', prepared })) }).toMatchObject({ role, status: 403, body: { code: 'forbidden' } });
    }
    const keyless = await people.makeKey(owner.token, [rule.scope === 'read' ? 'train' : 'read']);
    expect(await attempt(route, rule, { dataset, token: keyless, prepared })).toMatchObject({ status: 403, body: { code: 'insufficient-scope' } });
    expect(await state()).toEqual(before);
    // Behind the policy anything may be wrong, but neither permission nor the dataset itself.
    const allowed = await attempt(route, rule, { dataset, token: members.get(rule.least)?.token ?? '', prepared });
    expect([401, 403, 500]).not.toContain(allowed.status);
  });

  it.each(cases)('%s: public is for reading only', async (route, rule) => {
    const dataset = await makeDataset('public');
    const prepared = (await rule.prepare?.({ people, owner, dataset })) ?? undefined;
    const { status } = await attempt(route, rule, { dataset, token: stranger.token, prepared });
    const reads = rule.least === 'viewer' && rule.openWhenPublic !== false;
    if (reads) expect([401, 403, 500]).not.toContain(status);
    else expect([403, 404]).toContain(status);
  });
});
