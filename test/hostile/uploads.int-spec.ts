import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameCases, headerCases, nameCases, type HostileCase } from './archive-cases.js';
import { HostileBackend } from './hostile-backend.js';
import { imageCases, labelCases } from './image-cases.js';
import { diceParts, zipOf } from './zip-forge.js';

let backend: HostileBackend;

beforeAll(async () => {
  backend = await HostileBackend.start();
});
afterAll(() => backend.close());

/** Sends every case; tells all that went another way than it must, at once. */
async function verdicts(cases: readonly HostileCase[]): Promise<Record<string, string>> {
  const wrong: Record<string, string> = {};
  const before = await backend.residue();
  for (const one of cases) {
    const uploadId = randomUUID();
    const answer = await backend.upload(one.hostile, { uploadId });
    const seen = `${answer.status} ${answer.code}`;
    if (seen !== `${one.status} ${one.code}` || !answer.findings.includes(one.finding)) wrong[one.id] = `${seen} [${answer.findings.slice(0, 5).join(' ')}] instead of ${one.status} ${one.code} [${one.finding}]`;
    const noted = await backend.send('GET', `uploads/${uploadId}`);
    if (answer.status >= 400 && noted.json['state'] !== 'refused') wrong[`${one.id}: note`] = String(noted.json['state']);
  }
  const after = await backend.residue();
  const accepted = new Set<Uint8Array>();
  for (const { id, twin } of cases) {
    if (accepted.has(twin)) continue;
    accepted.add(twin);
    const answer = await backend.upload(twin);
    if (answer.status !== 201) wrong[`${id}: twin`] = `${answer.status} ${JSON.stringify(answer.json['errors'])}`;
  }
  await backend.assertAlive();
  // Told last: a case that was taken by mistake leaves its dataset, of course.
  if (Object.keys(wrong).length === 0) expect(after).toEqual(before);
  return wrong;
}

describe('an upload is refused with its code and leaves nothing behind, and its right twin is taken', () => {
  it('names in the archive', async () => expect(await verdicts(await nameCases())).toEqual({}));
  it('headers that lie', async () => expect(await verdicts(await headerCases())).toEqual({}));
  it('the frame of the archive', async () => expect(await verdicts(await frameCases())).toEqual({}));
  it('images', async () => expect(await verdicts(await imageCases())).toEqual({}));
  it('label files', async () => expect(await verdicts(await labelCases())).toEqual({}));

  it('cut at every 1/64', async () => {
    const zip = await zipOf(diceParts());
    const before = await backend.residue();
    for (let part = 0; part < 64; part += 1) {
      const answer = await backend.upload(zip.subarray(0, Math.floor((zip.length * part) / 64)));
      expect(answer, `${part}/64`).toMatchObject({ status: 422, code: 'unsafe-archive' });
    }
    expect(await backend.residue()).toEqual(before);
    expect((await backend.upload(zip)).status).toBe(201);
  });
});
