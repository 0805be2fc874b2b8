import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiClient } from './api-client.js';
import { startProduct, type Product } from './harness.js';
import { chromePath, keepPicture, launch, seriousFindings, Watch } from './web/browser.js';
import { LabelerPage } from './web/labeler-page.js';

interface Run {
  readonly id: string;
  readonly state: string;
  readonly images: number;
  readonly suggestions: number;
  readonly accepted_images: number;
  readonly metrics: { readonly primary_value: number } | null;
  readonly failure: unknown;
}

interface ImageItem {
  readonly id: number;
  readonly file_name: string;
  readonly status: string;
  readonly class_ids: readonly number[];
  readonly url: string | null;
}

const UNLABELED = 40;
const ENDED = new Set(['done', 'undone', 'failed', 'cancelled']);

let product: Product;
let api: ApiClient;
let dataset = '';
let trained = '';
const chrome = chromePath();

async function images(query = ''): Promise<ImageItem[]> {
  const found: ImageItem[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await api.call<{ items: ImageItem[]; next_cursor: string | null }>('GET', `datasets/${dataset}/images?limit=200${query}${cursor}`);
    found.push(...body.items);
    if (body.next_cursor === null) return found;
    cursor = `&cursor=${body.next_cursor}`;
  }
}

async function untilEnded(id: string): Promise<Run> {
  const run = async (): Promise<Run> => (await api.call<Run>('GET', `datasets/${dataset}/model-runs/${id}`)).body;
  await expect.poll(async () => ENDED.has((await run()).state), { timeout: 60_000, interval: 250 }).toBe(true);
  return run();
}

beforeAll(async () => {
  product = await startProduct();
  api = await ApiClient.logIn(product);
});
afterAll(() => product?.stop());

it('trains on the demo data, lets the model label what nobody has, and takes that back', async () => {
  dataset = (await api.call<{ id: string }>('POST', 'datasets/demo', {})).body.id;
  // Each image lies in the store on its own: then a model can be asked about it.
  await expect.poll(async () => (await images()).filter((one) => one.url !== null).length, { timeout: 60_000, interval: 500 }).toBe(400);
  const chosen = (await images()).slice(0, UNLABELED);
  for (const { id } of chosen) expect((await api.call('PATCH', `datasets/${dataset}/annotations/${id}`, { annotation: null }, { 'if-match': '"1"' })).status).toBe(200);

  const job = await api.untilEnded((await api.start(dataset, { epochs: 10, image_size: 32, learning_rate: 0.01 })).id);
  expect(job.state, JSON.stringify(job.failure)).toBe('completed');
  trained = job.id;
  const [model] = (await api.call<{ items: { id: string; code_version: string }[] }>('GET', `datasets/${dataset}/models`)).body.items;
  expect(model?.code_version).toMatch(/^\d+\.\d+\.\d+/);

  const measured = await untilEnded((await api.call<Run>('POST', `models/${model?.id}/evaluate`, {})).body.id);
  expect(measured.state, JSON.stringify(measured.failure)).toBe('done');
  expect(measured.metrics?.primary_value).toBeCloseTo(Math.max(...job.metrics.map((one) => one.primary_value)), 6);

  const run = await untilEnded((await api.call<Run>('POST', `models/${model?.id}/prelabel`, { min_score: 0.01 })).body.id);
  expect(run, JSON.stringify(run.failure)).toMatchObject({ state: 'done', images: UNLABELED, suggestions: UNLABELED });
  await api.call('POST', `datasets/${dataset}/model-runs/${run.id}/accept`, { min_score: 0 });
  expect(await untilEnded(run.id)).toMatchObject({ state: 'done', accepted_images: UNLABELED });
  const accepted = (await images()).slice(0, UNLABELED);
  const classes = (await api.call<{ classes: { id: number; name: string }[] }>('GET', `datasets/${dataset}/classes`)).body.classes;
  const right = accepted.filter(({ file_name: name, class_ids: [id] }) => name.includes(classes.find((one) => one.id === id)?.name ?? '?')).length;
  process.stdout.write(`pre-labeled ${UNLABELED} images, ${right} right without a touch\n`);
  // One in four would be right by chance.
  expect(right).toBeGreaterThanOrEqual(UNLABELED * 0.7);

  await api.call('POST', `datasets/${dataset}/model-runs/${run.id}/undo`);
  expect((await untilEnded(run.id)).state).toBe('undone');
  expect(await images('&status=unlabeled')).toHaveLength(UNLABELED);
  const history = await api.call<{ items: { reason: string | null }[] }>('GET', `datasets/${dataset}/annotations/${accepted[0]?.id}/history`);
  expect(history.body.items.map((one) => one.reason).slice(0, 2)).toEqual(['undo-suggestions', 'accept-suggestions']);

  const asked = await api.call<{ objects: { class_id: number }[] }>('POST', `models/${model?.id}/predict`, { image_id: chosen[0]?.id });
  expect([asked.status, asked.body.objects?.length], JSON.stringify(asked.body)).toEqual([200, 1]);
  const left = ['attempts', 'predict'].flatMap((name) => (existsSync(join(product.dataDirectory, 'training', name)) ? readdirSync(join(product.dataDirectory, 'training', name)) : []));
  expect(left).toEqual([]);
});

it.skipIf(chrome === null)('is all on the pages: what the model errs in, a run of suggestions, and taking or rejecting them in the labeler', async () => {
  const browser = await launch(chrome ?? '');
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', reducedMotion: 'reduce' })).newPage();
    const watch = new Watch(page);
    await page.goto(`${product.url}/training/${trained}`);
    await page.fill('input[name=email]', product.admin.email);
    await page.fill('input[name=password]', product.admin.password);
    await page.keyboard.press('Enter');
    const examples = page.getByRole('region', { name: 'Validation images, the worst first' });
    await expect.poll(() => examples.locator('img').count(), { timeout: 20_000 }).toBe(16);
    await expect.poll(() => examples.getByRole('link').count()).toBe(8);
    await examples.scrollIntoViewIfNeeded();
    expect(await seriousFindings(page)).toEqual([]);
    await keepPicture(page, 'job-examples', true);

    await page.goto(`${product.url}/datasets/${dataset}/models`);
    await page.getByRole('button', { name: 'Pre-label', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('switch', { name: 'Only images that this model has not seen' }).setChecked(false);
    expect(await seriousFindings(page)).toEqual([]);
    await keepPicture(page, 'prelabel-dialog');
    await dialog.getByRole('button', { name: 'Pre-label' }).click();
    const runs = page.getByRole('region', { name: 'Pre-labeling runs' });
    await expect.poll(() => runs.getByText('Done', { exact: true }).count(), { timeout: 60_000 }).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);
    await keepPicture(page, 'models', true);
    await runs.getByRole('link', { name: 'Review in the gallery' }).click();
    // Rows exist only where they are seen.
    await expect.poll(() => page.getByRole('gridcell').count()).toBeGreaterThan(10);
    await page.getByText(`${UNLABELED} images found`).waitFor();
    await keepPicture(page, 'gallery-suggested');
    expect(watch.problems).toEqual([]);

    const first = (await images('&has_suggestion=true'))[0]?.id;
    const labeler = await LabelerPage.open(browser, product, `/datasets/${dataset}/label/${first}?has_suggestion=true`);
    const panel = labeler.page.getByRole('region', { name: 'Suggestions' });
    await panel.getByRole('slider').fill('0');
    await expect.poll(() => panel.getByRole('listitem').count()).toBe(1);
    expect(await seriousFindings(labeler.page)).toEqual([]);
    await keepPicture(labeler.page, 'labeler-suggestion');
    await labeler.page.keyboard.press('y');
    await expect.poll(async () => (await images('&status=unlabeled')).length).toBe(UNLABELED - 1);
    const labels = (await api.call<{ annotation: { class_id: number } }>('GET', `datasets/${dataset}/annotations/${first}`)).body;
    expect(labels.annotation).toMatchObject({ class_id: expect.any(Number) as number });
    await labeler.page.keyboard.press('d');
    await expect.poll(() => panel.getByRole('listitem').count()).toBe(1);
    await labeler.page.keyboard.press('n');
    await expect.poll(() => panel.count()).toBe(0);
    await expect.poll(async () => (await images('&has_suggestion=true')).length).toBe(UNLABELED - 2);
    expect(labeler.watch.problems).toEqual([]);
    await labeler.close();
  } finally {
    await browser.close();
  }
});
