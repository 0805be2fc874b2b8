import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipValidation } from '../../apps/backend/src/modules/dataset/application/zip-validation.js';
import { ImportQueue } from '../../apps/backend/src/modules/dataset/index.js';
import { frameCases, headerCases, nameCases, type HostileCase } from './archive-cases.js';
import { HostileBackend, type Answer } from './hostile-backend.js';
import { imageCases, labelCases } from './image-cases.js';

interface Upload {
  readonly id: string;
  readonly missing_parts: readonly { readonly url: string; readonly headers: Record<string, string> }[];
}

let backend: HostileBackend;

beforeAll(async () => {
  backend = await HostileBackend.start();
});
afterAll(() => backend.close());

/** One round of the worker, without its pauses. */
async function validateNext(): Promise<void> {
  const job = await backend.part(ImportQueue).claim('validate-zip');
  if (job === null) throw new Error('there is nothing to validate');
  await backend.part(ZipValidation).run(job, new AbortController().signal);
}

/** What the import of a refused zip tells of itself is of no dataset that anybody heard of; that somebody owned it for a moment stays in the audit. */
async function residue(): Promise<unknown> {
  const { tables, ...rest } = await backend.residue();
  const { outbox: _, audit_log: __, ...others } = tables;
  return { ...rest, others, told: await backend.rows(`select count(*)::int as count from outbox where type not like 'vision.dataset.import.%'`) };
}

/** The verdict on a zip that came straight to the bucket: of `complete`, or of the worker where the labels were right. */
async function verdictOn(zip: Uint8Array): Promise<Pick<Answer, 'status' | 'code' | 'findings'>> {
  const begun = await backend.json('POST', 'datasets/uploads', { size_bytes: zip.length });
  if (begun.status !== 201) return begun;
  const { id, missing_parts: parts } = begun.json as unknown as Upload;
  // A hostile zip is small: one part.
  for (const part of parts) expect((await fetch(part.url, { method: 'PUT', headers: part.headers, body: Buffer.from(zip) })).status).toBe(200);
  const completed = await backend.send('POST', `datasets/uploads/${id}/complete`);
  if (completed.status !== 202) return completed;
  await validateNext();
  const noted = (await backend.send('GET', `uploads/${id}`)).json;
  expect(noted['state']).toMatch(/completed|refused/);
  if (noted['state'] === 'completed') return { status: 201, code: '', findings: [] };
  const errors = noted['errors'] as readonly { code: string }[];
  return { status: noted['code'] === 'too-large' ? 413 : 422, code: String(noted['code']), findings: errors.map((one) => one.code) };
}

/** As of uploads.int-spec.ts: what the form refuses, this way refuses with the same code. */
async function wrongVerdicts(cases: readonly HostileCase[]): Promise<Record<string, string>> {
  const wrong: Record<string, string> = {};
  // The labels of earlier right twins are read in the background.
  const loading = async (): Promise<unknown> => backend.rows(`select 1 from dataset_imports where kind = 'load-labels' and state in ('waiting', 'running')`);
  await expect.poll(loading, { timeout: 30_000 }).toEqual([]);
  const before = await residue();
  for (const one of cases) {
    if (one.hostile.length === 0) continue;
    const seen = await verdictOn(one.hostile);
    if (seen.status !== one.status || seen.code !== one.code) wrong[one.id] = `${seen.status} ${seen.code} [${seen.findings.slice(0, 5).join(' ')}] instead of ${one.status} ${one.code} [${one.finding}]`;
  }
  const after = await residue();
  for (const twin of new Set(cases.map((one) => one.twin))) {
    const seen = await verdictOn(twin);
    if (seen.status !== 201) wrong['a right twin'] = JSON.stringify(seen);
  }
  await backend.assertAlive();
  if (Object.keys(wrong).length === 0) expect(after).toEqual(before);
  return wrong;
}

describe('a zip straight to the bucket is refused like one through the form, and leaves nothing behind', () => {
  it('names in the archive', async () => expect(await wrongVerdicts(await nameCases())).toEqual({}));
  it('headers that lie', async () => expect(await wrongVerdicts(await headerCases())).toEqual({}));
  it('the frame of the archive', async () => expect(await wrongVerdicts(await frameCases())).toEqual({}));
  it('images', async () => expect(await wrongVerdicts(await imageCases())).toEqual({}));
  it('label files', async () => expect(await wrongVerdicts(await labelCases())).toEqual({}));
});
