import { randomUUID } from 'node:crypto';
import { spansText } from '@app/dice-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Suggestion } from '../failure/models-under-test.js';
import { LabelsUnderTest } from './labels-under-test.js';

const PIXELS = 100 * 80;
const mask = (...spans: number[]): string => spansText(spans, PIXELS);
/** What the model says of each image: two classes side by side. */
const SAID = [
  { class_id: 1, score: 0.9, counts: mask(0, 1000) },
  { class_id: 2, score: 0.6, counts: mask(2000, 3000) },
];
interface Layer {
  readonly class_id: number;
  readonly counts: string;
}
const paintedAs = (layers: readonly Layer[]): unknown => ({ annotation: layers.length === 0 ? null : { mask: { size: [80, 100], classes: layers } } });

let labels: LabelsUnderTest;
let dataset = '';
const run = randomUUID();

beforeAll(async () => {
  labels = await LabelsUnderTest.start();
  dataset = await labels.dataset('semantic_segmentation', { images: 4 });
  await propose();
});
afterAll(() => labels?.close());

/** As a finished run leaves them. */
async function propose(): Promise<void> {
  const model = randomUUID();
  await labels.pool.query(`insert into models (id, dataset_id, name, source, task_type, object, created_by) select $1, id, 'Forms', 'upload', task_type, '{}', created_by from datasets where id = $2`, [model, dataset]);
  await labels.pool.query(`insert into model_runs (id, kind, dataset_id, model_id, min_score, stage, created_by) select $1, 'prelabel', id, $3, 0, 'done', created_by from datasets where id = $2`, [run, dataset, model]);
  for (let number = 1; number <= 4; number += 1) {
    await labels.pool.query('insert into image_proposals (dataset_id, number, run_id, uncertainty, open) values ($1, $2, $3, 0.5, 2)', [dataset, number, run]);
    for (const { score, ...body } of SAID) {
      const id = randomUUID();
      const stored = { id, number: 1, source: 'manual', ...body, score, model };
      await labels.pool.query('insert into suggestions (id, dataset_id, number, run_id, model_id, class_id, score, body) values ($1, $2, $3, $4, $5, $6, $7, $8)', [id, dataset, number, run, model, body.class_id, score, JSON.stringify(stored)]);
    }
  }
}
async function proposed(image: number): Promise<readonly Suggestion[]> {
  return (await labels.call<{ items: Suggestion[] }>('GET', `datasets/${dataset}/images/${image}/suggestions`)).body.items;
}
async function openImages(): Promise<readonly number[]> {
  return (await labels.call<{ items: { id: number }[] }>('GET', `datasets/${dataset}/images?has_suggestion=true`)).body.items.map((one) => one.id);
}
async function paint(image: number, revision: number, ...layers: readonly Layer[]): Promise<void> {
  expect((await labels.patch(dataset, image, { revision, body: paintedAs(layers) })).status).toBe(200);
}

describe('masks that a model proposes', () => {
  it('are one a class, with the pixels', async () => {
    expect((await proposed(1)).map(({ object, duplicate, score }) => [object['class_id'], object['counts'], object['source'], duplicate, score])).toEqual([
      [1, SAID[0]?.counts, 'model', false, expect.closeTo(0.9)],
      [2, SAID[1]?.counts, 'model', false, expect.closeTo(0.6)],
    ]);
  });

  it('are taken where each of their pixels is labeled, whatever the class, and open again where one is not', async () => {
    await paint(1, 1, { class_id: 1, counts: mask(0, 500) }, { class_id: 0, counts: mask(500, 1000) }, { class_id: 2, counts: mask(2000, 2999) });
    expect((await proposed(1)).map((one) => one.object['class_id'])).toEqual([2]);
    // One pixel is left, and nobody needs to look at it.
    expect((await proposed(1)).map((one) => one.duplicate)).toEqual([true]);
    await paint(1, 2, { class_id: 2, counts: mask(1999, 3001) }, { class_id: 1, counts: mask(0, 1000) });
    await expect.poll(openImages).toEqual([2, 3, 4]);
    await paint(1, 3);
    expect((await proposed(1)).length).toBe(2);
    expect(await openImages()).toEqual([1, 2, 3, 4]);
  });

  it('that were rejected stay so, whatever is painted over them', async () => {
    const [first] = await proposed(2);
    await labels.call('POST', `datasets/${dataset}/images/2/suggestions/reject`, { body: { ids: [first?.id] } });
    await paint(2, 1, { class_id: 0, counts: mask(0, 1000) });
    expect((await proposed(2)).map((one) => one.object['class_id'])).toEqual([2]);
    await paint(2, 2);
    expect((await proposed(2)).map((one) => one.object['class_id'])).toEqual([2]);
  });

  it('are accepted as a run where nobody painted, and taken back as one but for what a person painted since', async () => {
    await paint(1, 4, { class_id: 0, counts: mask(5000, 5001) });
    await paint(2, 3, { class_id: 0, counts: mask(5000, 5001) });
    const path = `datasets/${dataset}/model-runs/${run}`;
    const stage = async (): Promise<unknown> => (await labels.call('GET', path)).body['state'];
    expect((await labels.call('POST', `${path}/accept`, { body: { min_score: 0.5 } })).status).toBe(202);
    await expect.poll(stage, { timeout: 10_000 }).toBe('done');
    expect((await labels.get(dataset, 3)).body.annotation).toMatchObject({ mask: { size: [80, 100], classes: SAID.map(({ class_id, counts, score }) => ({ class_id, counts, score })) } });
    expect((await labels.get(dataset, 1)).body.annotation).toMatchObject({ mask: { classes: [{ class_id: 0 }] } });
    expect([await proposed(3), await openImages()]).toEqual([[], [1, 2]]);
    await paint(4, 2, { class_id: 1, counts: mask(0, 1000) }, { class_id: 2, counts: mask(2000, 3100) });
    expect((await labels.call('POST', `${path}/undo`)).status).toBe(202);
    await expect.poll(stage, { timeout: 10_000 }).toBe('undone');
    expect((await labels.get(dataset, 3)).body.annotation).toBeNull();
    // The layer of class 1 is as it was accepted in all but its origin: a person has painted the mask since.
    expect((await labels.get(dataset, 4)).body.annotation).toMatchObject({ mask: { classes: [{ class_id: 1 }, { class_id: 2 }] } });
  });
});
