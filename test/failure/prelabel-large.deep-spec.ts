import { newId } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LabelsUnderTest } from '../contract/labels-under-test.js';

const IMAGES = 100_000;
const BOXES = 5;
/** What two thirds of the images may add to this process, which holds the backend and the test, after it has grown for the first third. All of their suggestions take 200 MB. */
const MOST_ADDED_BYTES = 60 * 1024 ** 2;

let labels: LabelsUnderTest;
let dataset = '';

beforeAll(async () => {
  labels = await LabelsUnderTest.start();
  dataset = await labels.dataset('object_detection', { images: IMAGES });
  await labels.pool.query(`update dataset_images set object_key = 'datasets/' || dataset_id || '/images/' || lpad(number::text, 6, '0') || '.png' where dataset_id = $1`, [dataset]);
}, 300_000);
afterAll(() => labels?.close());

/** Lines as a worker writes them. */
async function* predictions(): AsyncGenerator<Uint8Array> {
  for (let image = 1; image <= IMAGES; image += 1) {
    const objects = Array.from({ length: BOXES }, (_, index) => ({ class_id: index % 3, score: 0.9 - index / 10, bbox: [index * 10 + 0.123456, 5, 8.5, 12.25] }));
    yield Buffer.from(`${JSON.stringify({ image_id: image, objects, uncertainty: (image % 1000) / 1000 })}\n`);
  }
}

it('names 100,000 images and takes in what a model says of them with memory for some hundred', async () => {
  const [model, run] = [newId(), newId()];
  const store = labels.backend.app.get(ObjectStore, { strict: false });
  const adapter = { output_format: 'centers/1', task_type: 'object_detection', multi_label: false, classes: [{ id: 0, name: 'raccoon' }], input_size: [64, 64], preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1, mean: 0, deviation: 1 } };
  await labels.pool.query(
    `insert into models (id, dataset_id, name, source, task_type, adapter, object, created_by) select $1, id, 'given', 'upload', task_type, $3, $4, created_by from datasets where id = $2`,
    [model, dataset, JSON.stringify(adapter), JSON.stringify({ key: `models/${model}/uploaded.onnx`, sizeBytes: 1, sha256: 'a'.repeat(64) })],
  );
  const asked = await labels.call<{ id: string }>('POST', `models/${model}/prelabel`, { body: {} });
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  const states: string[] = [];
  let [early, late] = [0, 0];
  const until = async (id: string, wanted: string): Promise<Record<string, unknown>> => {
    for (let wait = 0; wait < 4_000; wait += 1) {
      const { body } = await labels.call('GET', `datasets/${dataset}/model-runs/${id}`);
      states.push(String(body['state']));
      const rss = process.memoryUsage().rss;
      if (id === run && Number(body['progress']) < 0.33) early = Math.max(early, rss);
      else late = Math.max(late, rss);
      if (body['state'] === wanted || body['state'] === 'failed') return body;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`it is still ${states.at(-1)}`);
  };
  const begun = performance.now();
  expect(await until(asked.body.id, 'queued')).toMatchObject({ state: 'queued', images: IMAGES });
  const named = performance.now();
  // What a worker would have brought, as a run of its own that waits to be taken in.
  const key = `models/${run}/predictions.ndjson`;
  const { sizeBytes } = await store.upload(key, predictions());
  await labels.pool.query(
    `insert into model_runs (id, kind, dataset_id, model_id, min_score, stage, images, predictions, created_by) select $1, 'prelabel', $2, $3, 0.1, 'storing', $5, $4, created_by from datasets where id = $2`,
    [run, dataset, model, JSON.stringify({ key, sizeBytes, sha256: 'a'.repeat(64) }), IMAGES],
  );
  const uploaded = performance.now();
  expect(await until(run, 'done')).toMatchObject({ state: 'done', suggestions: IMAGES * BOXES, dropped: 0 });
  const stored = performance.now();
  process.stdout.write(`100,000 images: named in ${((named - begun) / 1000).toFixed(1)} s, ${IMAGES * BOXES} suggestions taken in in ${((stored - uploaded) / 1000).toFixed(1)} s, memory +${((late - early) / 1024 ** 2).toFixed(0)} MiB in the last two thirds\n`);
  expect(late - early).toBeLessThan(MOST_ADDED_BYTES);
  const page = await labels.call<{ items: { uncertainty: number }[] }>('GET', `datasets/${dataset}/images?order=hardest&limit=50`);
  expect(page.body.items.every((one) => one.uncertainty > 0.99)).toBe(true);
}, 600_000);
