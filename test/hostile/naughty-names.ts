import { isShowable } from '@app/kernel';
import { expect } from 'vitest';
import { z } from 'zod';
import type { HostileBackend } from './hostile-backend.js';
import { diceParts, zipOf } from './zip-forge.js';

/** What names are made into before they are stored. */
const stored = (name: string): string => name.normalize('NFC').trim();
/** Not a name: control characters, what turns the direction of text, nothing at all, more than the limit. */
const isRefused = (name: string, most: number): boolean => !isShowable(name) || name === '' || [...name].length > most;
const idSchema = z.string();

export interface Subjects {
  readonly datasetId: string;
  readonly userId: string;
}

export async function makeSubjects(backend: HostileBackend): Promise<Subjects> {
  const dataset = await backend.upload(await zipOf(diceParts()));
  const user = await backend.json('POST', 'users', { email: 'naughty@vision.test', display_name: 'Naughty' });
  return { datasetId: idSchema.parse(dataset.json['id']), userId: z.object({ id: z.string() }).parse(user.json['user']).id };
}

/** A name that is taken comes back as it was sent; any other is a 422. */
export async function tryAsNames(backend: HostileBackend, { datasetId, userId }: Subjects, text: string): Promise<void> {
  const dataset = await backend.json('PATCH', `datasets/${datasetId}`, { name: text });
  if (isRefused(stored(text), 120)) expect(dataset, text).toMatchObject({ status: 422, code: 'validation-failed' });
  else expect((await backend.send('GET', `datasets/${datasetId}`)).json['name']).toBe(stored(text));

  const user = await backend.json('PATCH', `users/${userId}`, { display_name: text });
  if (isRefused(stored(text), 100)) expect(user, text).toMatchObject({ status: 422, code: 'validation-failed' });
  else expect(user.json['display_name']).toBe(stored(text));

  const key = await backend.json('POST', 'api-keys', { name: text, scopes: ['read'] });
  if (isRefused(stored(text), 100)) expect(key, text).toMatchObject({ status: 422, code: 'validation-failed' });
  else {
    expect(key.json['name']).toBe(stored(text));
    expect((await backend.send('DELETE', `api-keys/${String(key.json['id'])}`)).status).toBe(204);
  }
}

/** Through a label file: what is taken is shown as it is. */
export async function tryAsClassName(backend: HostileBackend, text: string): Promise<void> {
  const made = await backend.upload(await zipOf(diceParts(undefined, { annotations: { classes: [{ id: 0, name: text }, { id: 1, name: 'the other' }] } })), isRefused(stored(text), 120) ? {} : { fields: { name: text } });
  if (isRefused(text, 255)) return expect(made, text).toMatchObject({ status: 422, code: 'validation-failed' });
  expect(made.status, `${text} ${JSON.stringify(made.json)}`).toBe(201);
  expect(z.array(z.object({ name: z.string() })).parse(made.json['classes'])[0]?.name).toBe(text);
}

const QUERIES = ['datasets?q=', 'datasets?cursor=', 'datasets?sort=', 'datasets?limit=', 'datasets?task_type=', 'users?cursor=', 'users?limit=', 'training/jobs?state=', 'training/jobs?cursor=', 'training/jobs?dataset_id=', 'datasets?x[y]='];
const PATHS: readonly [method: string, before: string, after: string][] = [
  ['GET', 'datasets/', ''], ['GET', 'datasets/', '/download'], ['GET', 'datasets/', '/snapshots'], ['GET', 'datasets/', '/findings'], ['DELETE', 'datasets/', ''], ['POST', 'datasets/', '/restore'],
  ['GET', 'uploads/', ''], ['GET', 'uploads/', '/events'], ['GET', 'training/jobs/', ''], ['GET', 'training/jobs/', '/events'], ['POST', 'training/jobs/', '/cancel'], ['DELETE', 'api-keys/', ''], ['POST', 'users/', '/reset-password'],
];
const HEADERS = ['upload-id', 'x-correlation-id', 'idempotency-key', 'last-event-id', 'if-match', 'x-requested-with', 'accept', 'accept-language', 'cookie', 'range'];

export async function tryInUrls(backend: HostileBackend, text: string): Promise<void> {
  const encoded = encodeURIComponent(text);
  for (const query of QUERIES) expect((await backend.send('GET', query + encoded)).status, query + text).toBeLessThan(500);
  // Dots alone are folded away by every client.
  if (/^\.*$/.test(text)) return;
  for (const [method, before, after] of PATHS) {
    const answer = await backend.send(method, `${before}${encoded}${after}`);
    expect([400, 404, 414, 431], `${method} ${before}${text}${after}`).toContain(answer.status);
  }
}

export async function tryInHeaders(backend: HostileBackend, text: string): Promise<void> {
  const value = Buffer.from(text).toString('latin1');
  // What no client lets through.
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return;
  for (const header of HEADERS) expect((await backend.send('GET', 'me', { headers: { [header]: value } })).status, header + text).toBe(200);
  expect((await backend.send('POST', 'datasets/platform-a-00000000/restore', { headers: { 'idempotency-key': value } })).status).toBeLessThan(500);
  const upload = await backend.send('POST', 'datasets/upload', { headers: { 'upload-id': value, 'content-type': value.trim() === '' ? 'x' : value }, body: 'x' });
  expect([400, 415, 422], text).toContain(upload.status);
  const authorization = await backend.send('GET', 'me', { token: null, headers: { authorization: `Bearer ${value}` } });
  expect(authorization, text).toMatchObject({ status: 401, code: 'unauthenticated' });
}
