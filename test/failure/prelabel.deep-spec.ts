import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { goodModel } from '../hostile/model-files.js';
import { ModelsUnderTest, type Run } from './models-under-test.js';
import { until } from './training-under-test.js';

const IMAGES = 20;

let models: ModelsUnderTest;
let model = '';

beforeAll(async () => {
  models = await ModelsUnderTest.start({ labeled: 0, unlabeled: IMAGES });
  model = await models.register(goodModel());
});
afterEach(() => (models.under.proxy.before = (): void => undefined));
afterAll(() => models?.close());

const ask = async (body: Record<string, unknown> = {}): Promise<string> => {
  const asked = await models.call<Run>('POST', `models/${model}/prelabel`, { min_score: 0, ...body });
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  return asked.body.id;
};

/** The worker reads each image slowly. */
function slowImages(): void {
  models.under.proxy.before = async ({ method, path, accessKeyId }): Promise<void> => {
    if (method === 'GET' && accessKeyId === 'reader' && path.includes('/images/')) await new Promise((resolve) => setTimeout(resolve, 400));
  };
}

const openSuggestions = async (): Promise<number> => (await models.images('has_suggestion=true')).length;

describe('a pre-labeling', () => {
  it('that is cancelled while the model looks ends soon, proposes nothing and leaves no folder', async () => {
    slowImages();
    const id = await ask();
    await until(async () => (await models.run(id)).state === 'running');
    const begun = Date.now();
    expect((await models.call('POST', `training/jobs/${id}/cancel`)).status).toBe(200);
    expect((await models.untilEnded(id)).state).toBe('cancelled');
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(await models.under.attemptFolders()).toEqual([]);
    expect(await openSuggestions()).toBe(0);
  });

  it('whose worker stops goes on with another one, and proposes everything once', async () => {
    slowImages();
    const id = await ask();
    await until(async () => (await models.run(id)).state === 'running');
    await models.under.stopWorker();
    await until(async () => (await models.run(id)).state === 'queued');
    models.under.proxy.before = (): void => undefined;
    await models.under.startWorker();
    const run = await models.untilEnded(id);
    expect(run, JSON.stringify(run.failure)).toMatchObject({ state: 'done', images: IMAGES, suggestions: IMAGES });
    expect((await models.under.api.job(id)).attempt).toBe(2);
    for (let image = 1; image <= IMAGES; image += 1) expect(await models.suggestions(image)).toHaveLength(1);
  });

  it('passes over images that are gone or changed in the store, and says how many', async () => {
    await models.under.writer.delete([`datasets/${models.dataset}/images/000001.png`]);
    await models.under.writer.put(`datasets/${models.dataset}/images/000002.png`, await models.under.writer.getBytes(`datasets/${models.dataset}/images/000003.png`, 100_000));
    const run = await models.untilEnded(await ask());
    expect(run, JSON.stringify(run.failure)).toMatchObject({ state: 'done', failed_images: 2, suggestions: IMAGES - 2 });
  });

  it('whose model has other bytes in the store fails and says so', async () => {
    const broken = await models.register(goodModel());
    await models.under.writer.put(`models/${broken}/uploaded.onnx`, Buffer.concat([goodModel().subarray(1), Buffer.from('x')]));
    // The worker has good bytes of this SHA-256 in its cache: it must not know it.
    await models.under.pool.query(`update models set object = jsonb_set(object, '{sha256}', to_jsonb(repeat('a', 64))) where id = $1`, [broken]);
    const asked = await models.call<Run>('POST', `models/${broken}/prelabel`, { min_score: 0 });
    const run = await models.untilEnded(asked.body.id);
    expect([run.state, run.failure?.code]).toEqual(['failed', 'corrupt-model']);
  });
});

describe('what was said', () => {
  const again = (id: string, object: string): Promise<unknown> => models.under.pool.query(`update model_runs set stage = 'storing', predictions = $2 where id = $1`, [id, object]);
  const object = (key: string): string => JSON.stringify({ key, sizeBytes: 1, sha256: 'a'.repeat(64) });

  it('taken in twice, as after a crash in the middle, gives the same', async () => {
    const id = await ask({ filter: { image_ids: [4, 5, 6] } });
    const before = await models.untilEnded(id);
    const { rows } = await models.under.pool.query<{ predictions: unknown }>('select predictions from model_runs where id = $1', [id]);
    await again(id, JSON.stringify(rows[0]?.predictions));
    expect(await models.untilEnded(id)).toMatchObject({ suggestions: before.suggestions, state: 'done' });
    for (const image of [4, 5, 6]) expect(await models.suggestions(image)).toHaveLength(1);
  });

  it.each([
    ['no JSON', '{"image_id":4'],
    ['no prediction', '{"image_id":4,"objects":[{"class_id":0,"score":7}],"uncertainty":0}'],
    ['a line of many megabytes', `{"image_id":4,"objects":[],"uncertainty":0,"x":"${'x'.repeat(17 * 1024 * 1024)}"}`],
  ])('that is %s fails the run and proposes nothing of it', async (_, text) => {
    const id = await ask({ filter: { image_ids: [7] } });
    await models.untilEnded(id);
    const key = `models/${id}/predictions-attempt-9.ndjson`;
    await models.under.writer.put(key, Buffer.from(text));
    await again(id, object(key));
    const run = await models.untilEnded(id);
    expect([run.state, run.failure?.code]).toEqual(['failed', 'validation-failed']);
  });

  it('of classes, images and boxes that are not there is dropped and counted', async () => {
    const id = await ask({ filter: { image_ids: [8] } });
    await models.untilEnded(id);
    const key = `models/${id}/predictions-attempt-9.ndjson`;
    const lines = [
      { image_id: 8, objects: [{ class_id: 77, score: 0.9 }], uncertainty: 0.1 },
      { image_id: 9999, objects: [{ class_id: 0, score: 0.9 }], uncertainty: 0.1 },
    ];
    await models.under.writer.put(key, Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
    await again(id, object(key));
    expect(await models.untilEnded(id)).toMatchObject({ state: 'done', dropped: 1, suggestions: 0 });
    expect(await models.suggestions(8)).toEqual([]);
  });
});
