import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { People } from './people.js';

let backend: BackendUnderTest;
let people: People;
let owner: Awaited<ReturnType<People['makeUser']>>;
let friend: Awaited<ReturnType<People['makeUser']>>;

beforeAll(async () => {
  backend = await startBackend();
  people = new People(backend);
  await people.logInAdmin();
  [owner, friend] = [await people.makeUser('owner'), await people.makeUser('friend')];
});
afterAll(() => backend.close());

const add = (dataset: string, email: string, role: string, token = owner.token) => people.call<{ user_id: string; role: string }>('POST', `datasets/${dataset}/members`, { token, body: { email, role } });

describe('members of a dataset', () => {
  it('come, see, get other roles and go, at once', async () => {
    const dataset = await people.createDataset(owner.token);
    expect((await people.call('GET', `datasets/${dataset}`, { token: friend.token })).status).toBe(404);
    expect((await add(dataset, friend.email.toUpperCase(), 'viewer')).body).toMatchObject({ user_id: friend.id, role: 'viewer', disabled: false });
    expect((await people.call('GET', `datasets/${dataset}`, { token: friend.token })).body['role']).toBe('viewer');
    expect((await people.call('PATCH', `datasets/${dataset}`, { token: friend.token, body: { name: 'mine now' } })).status).toBe(403);
    expect((await people.call('PATCH', `datasets/${dataset}/members/${friend.id}`, { token: owner.token, body: { role: 'admin' } })).status).toBe(200);
    expect((await people.call('PATCH', `datasets/${dataset}`, { token: friend.token, body: { name: 'renamed' } })).status).toBe(200);
    const listed = await people.call<{ items: { email: string; role: string }[] }>('GET', `datasets/${dataset}/members`, { token: friend.token });
    expect(listed.body.items.map((one) => `${one.email} ${one.role}`)).toEqual([`${friend.email} admin`, `${owner.email} owner`]);
    expect((await people.call('DELETE', `datasets/${dataset}/members/${friend.id}`, { token: owner.token })).status).toBe(204);
    expect((await people.call('GET', `datasets/${dataset}`, { token: friend.token })).status).toBe(404);
    expect((await people.call('DELETE', `datasets/${dataset}/members/${friend.id}`, { token: owner.token })).status).toBe(404);
  });

  it('never lose the last owner, not even in a race of two who both leave', async () => {
    const dataset = await people.createDataset(owner.token);
    const leave = (user: { id: string; token: string }) => people.call('DELETE', `datasets/${dataset}/members/${user.id}`, { token: user.token });
    expect((await leave(owner)).body).toMatchObject({ status: 409, code: 'state-conflict' });
    expect((await people.call('PATCH', `datasets/${dataset}/members/${owner.id}`, { token: owner.token, body: { role: 'viewer' } })).status).toBe(409);
    for (let round = 0; round < 5; round += 1) {
      await add(dataset, friend.email, 'owner', owner.token);
      const statuses = (await Promise.all([leave(owner), leave(friend)])).map((one) => one.status).sort();
      expect(statuses).toEqual([204, 409]);
      const left = (await people.call<{ items: { email: string }[] }>('GET', `datasets/${dataset}/members`, { token: people.admin })).body.items[0]?.email;
      if (left === friend.email) {
        await add(dataset, owner.email, 'owner', friend.token);
        await leave(friend);
      }
    }
  });

  it('are told what is wrong, and are not told to strangers', async () => {
    const dataset = await people.createDataset(owner.token, { visibility: 'public' });
    expect((await add(dataset, 'nobody@vision.test', 'viewer')).body).toMatchObject({ status: 422, errors: [{ pointer: '/email', code: 'not-found' }] });
    expect((await add(dataset, friend.email, 'king')).status).toBe(422);
    expect((await people.call('PATCH', `datasets/${dataset}/members/${friend.id}`, { token: owner.token, body: { role: 'viewer' } })).status).toBe(404);
    expect((await people.call('GET', `datasets/${dataset}`, { token: friend.token })).status).toBe(200);
    expect((await people.call('GET', `datasets/${dataset}/members`, { token: friend.token })).status).toBe(403);
    expect((await add(dataset, friend.email, 'owner', friend.token)).status).toBe(403);
  });

  it('leave a line in the audit log', async () => {
    const dataset = await people.createDataset(owner.token);
    await add(dataset, friend.email, 'annotator');
    await people.call('DELETE', `datasets/${dataset}/members/${friend.id}`, { token: friend.token });
    const client = new pg.Client({ connectionString: backend.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ action: string; actor_id: string }>('select action, actor_id from audit_log where subject_id = $1 order by id', [dataset]);
    await client.end();
    expect(rows).toEqual([
      { action: 'dataset.grant', actor_id: owner.id },
      { action: 'dataset.grant', actor_id: owner.id },
      { action: 'dataset.revoke', actor_id: friend.id },
    ]);
  });
});
