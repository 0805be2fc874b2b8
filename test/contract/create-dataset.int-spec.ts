import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, startBackend, type BackendUnderTest } from './backend-under-test.js';

/** An empty dataset, made in JSON. */
let backend: BackendUnderTest;
let authorization: string;

beforeAll(async () => {
  backend = await startBackend();
  const response = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
  authorization = `Bearer ${((await response.json()) as { access_token: string }).access_token}`;
});
afterAll(() => backend.close());

async function post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${backend.url}/api/v1/${path}`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('an empty dataset', () => {
  it('is there with its classes, in the order given, with ids and colours made where they were left out', async () => {
    const made = await post('datasets/create', { name: '너구리 Raccoons', task_type: 'object_detection', classes: [{ name: 'raccoon', color: '#ff0000' }, { name: '고양이' }] });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ task_type: 'object_detection', num_images: 0, num_classes: 2, change_seq: 0, classes_revision: 1, labels_loaded: true, role: 'owner' });
    expect(made.body['id']).toMatch(/^platform-raccoons-[0-9a-f]{8}$/);
    expect(made.body['storage_path']).toBe(`datasets/${String(made.body['id'])}/`);
    expect(made.body['classes']).toEqual([
      { id: 0, name: 'raccoon', color: '#FF0000', count: 0 },
      { id: 1, name: '고양이', color: '#3CB44B', count: 0 },
    ]);
    expect((await post('datasets', { name: 'short way', task_type: 'image_classification', multi_label: true })).body).toMatchObject({ multi_label: true, num_classes: 0 });
  });

  it('is refused with everything that is wrong, and leaves nothing', async () => {
    const client = new pg.Client({ connectionString: backend.databaseUrl });
    await client.connect();
    const count = async (): Promise<unknown> => (await client.query('select (select count(*) from datasets) as datasets, (select count(*) from dataset_members) as members, (select count(*) from outbox) as outbox')).rows;
    const before = await count();
    const refused = await post('datasets/create', { name: 'x', task_type: 'object_detection', multi_label: true, classes: [{ name: 'a' }, { name: 'a' }, { name: 'b', id: 0 }] });
    expect(refused.status).toBe(422);
    const findings = refused.body['errors'] as { code: string; pointer: string }[];
    expect(findings.map((one) => `${one.code} ${one.pointer}`)).toEqual(['invalid-field /multi_label', 'duplicate-name /classes/1/name', 'duplicate-id /classes/2/id']);
    expect((await post('datasets/create', { name: 'x', task_type: 'poetry' })).status).toBe(422);
    expect((await post('datasets/create', { name: 'x', task_type: 'object_detection', id: 'mine' })).body['errors']).toMatchObject([{ code: 'unknown-field', pointer: '/id' }]);
    expect(await count()).toEqual(before);
    await client.end();
  });
});
