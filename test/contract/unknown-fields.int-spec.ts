import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { DATASET_RULES } from './access-rules.js';
import { People } from './people.js';

/** Cases B9 and B10 of the threat model, on every route of the API that reads a JSON body or a query. */
let backend: BackendUnderTest;
let people: People;

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

beforeAll(async () => {
  backend = await startBackend();
  people = new People(backend);
  await people.logInAdmin();
});
afterAll(() => backend.close());

async function operations(): Promise<{ method: string; path: string; operation: Operation }[]> {
  const document = (await (await fetch(`${backend.url}/api/docs-json`)).json()) as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));
}

/** A path of the right form to something that is not there. */
const filled = (path: string): string =>
  path
    .replace('/api/v1/', '')
    .replace(/^datasets\/\{(id|dataset_id)\}/, 'datasets/platform-missing-00000000')
    .replaceAll(/\{(image_id|version|class_id)\}/g, '1')
    .replaceAll(/\{[^}]+\}/g, () => randomUUID());

/** What a client must not be able to say, and names that are more than data to JavaScript. */
const FORBIDDEN = ['created_by', 'owner_id', 'is_owner', 'storage_path', 'storage_key', 'sha256_of', 'change_seq', 'created_at', 'toString', 'hasOwnProperty'];

/** Where a field decides what form the body has. */
const BASES: Readonly<Record<string, Record<string, unknown>>> = { 'POST /api/v1/datasets/{id}/images/bulk': { action: 'delete', ids: [1] } };

describe('fields that a route does not have', () => {
  it('are refused one by one, in every JSON body', async () => {
    const routes = (await operations()).filter(({ operation }) => operation.requestBody?.content['application/json'] !== undefined);
    expect(routes.length).toBeGreaterThan(15);
    for (const { method, path } of routes) {
      const answer = await people.call<{ status: number; errors?: { code: string; pointer: string }[] }>(method, filled(path), { token: people.admin, headers: { 'if-match': '"1"' }, body: { ...BASES[`${method} ${path}`], ...Object.fromEntries(FORBIDDEN.map((name) => [name, 1])) } });
      const unknown = (answer.body.errors ?? []).filter((one) => one.code === 'unknown-field').map((one) => one.pointer);
      expect({ route: `${method} ${path}`, status: answer.status, unknown: unknown.sort() }).toEqual({ route: `${method} ${path}`, status: 422, unknown: FORBIDDEN.map((name) => `/${name}`).sort() });
    }
  });

  it('cannot reach into the objects of the server by their names', async () => {
    const routes = (await operations()).filter(({ operation }) => operation.requestBody?.content['application/json'] !== undefined);
    for (const { method, path } of routes) {
      for (const text of ['{"__proto__": {"polluted": true}}', '{"constructor": {"prototype": {"polluted": true}}}']) {
        const answer = await fetch(`${backend.url}/api/v1/${filled(path)}`, { method, headers: { authorization: `Bearer ${people.admin}`, 'content-type': 'application/json', 'if-match': '"1"' }, body: text });
        expect([400, 422], `${method} ${path} ${text}`).toContain(answer.status);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never turn a dry run into a real one', async () => {
    expect(await people.call('POST', 'admin/clean-ups/trash/run?dryrun=true', { token: people.admin })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/query/dryrun' }] } });
  });

  it('are refused in every query', async () => {
    const routes = (await operations()).filter(({ method, operation }) => method === 'GET' && (operation.parameters ?? []).some((one) => one.in === 'query'));
    expect(routes.length).toBeGreaterThan(8);
    for (const { path } of routes) {
      const needed = DATASET_RULES[`GET ${path}`]?.query ?? '?';
      const answer = await people.call<{ errors?: { code: string; pointer: string }[] }>('GET', `${filled(path)}${needed}&owner_id=1&select=password`, { token: people.admin });
      expect({ path, status: answer.status, pointers: (answer.body.errors ?? []).map((one) => one.pointer).sort() }).toEqual({ path, status: 400, pointers: ['/query/owner_id', '/query/select'] });
    }
  });
});
