import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceProcess } from './inference-process.js';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'vision-inference-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A child that does what a test needs. */
async function child(name: string, program: string, options: { answerMilliseconds?: number; maxResidentBytes?: number } = {}): Promise<InferenceProcess> {
  const entry = join(folder, `${name}.mjs`);
  await writeFile(entry, program);
  return new InferenceProcess({ entry, graceMilliseconds: 200, ...options });
}

const LOOK = { imageId: 1, path: 'x', minScore: 0 };
const ANSWERS = `process.on('message', (m) => {
  if (m.kind === 'stop') process.exit(0);
  if (m.kind === 'look') setTimeout(() => process.send({ kind: 'seen', id: m.id, width: 1, height: 1, objects: [], uncertainty: m.imageId / 10 }), m.imageId === 1 ? 100 : 0);
});`;

describe('the process that uses a model', () => {
  it('gives each question its own answer, whatever their order', async () => {
    const run = await child('answers', ANSWERS);
    const said = await Promise.all([1, 2, 3].map((imageId) => run.look({ ...LOOK, imageId })));
    expect(said.map((one) => (one.kind === 'seen' ? one.uncertainty : null))).toEqual([0.1, 0.2, 0.3]);
    await run.stop();
    expect(run.isGone).toBe(true);
    await expect(run.look(LOOK)).rejects.toMatchObject({ code: 'engine-crashed' });
  });

  it.each([
    ['dies', `process.on('message', () => process.abort());`, {}, 'engine-crashed'],
    ['hangs', `process.on('message', () => { for (;;); });`, { answerMilliseconds: 300 }, 'engine-crashed'],
    ['babbles', `process.on('message', () => process.send({ kind: 'seen', id: 'x' }));`, {}, 'engine-crashed'],
    ['takes too much memory', `process.on('message', () => process.send({ kind: 'alive', residentBytes: 1e9 }));`, { maxResidentBytes: 1e8 }, 'engine-out-of-memory'],
    ['cannot open the model', `process.on('message', () => process.send({ kind: 'failed', code: 'validation-failed', detail: 'no' }));`, {}, 'validation-failed'],
  ])('that %s fails every question in hand, and is gone when it is stopped', async (name, program, options, code) => {
    const run = await child(name.replaceAll(' ', '-'), program, options);
    await expect(run.look(LOOK)).rejects.toMatchObject({ code });
    await run.stop();
    expect(run.isGone).toBe(true);
  });
});
