import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@app/dice-format';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProduct, type Product } from '../harness.js';
import { chromePath, keepPicture, launch, seriousFindings, Watch } from './browser.js';

/** The real product: a dataset from its first image to a version that is restored. */
const chrome = chromePath();
const SLOW_MILLISECONDS = 60_000;
let product: Product;
let browser: Browser;
let page: Page;
let watch: Watch;
let folder: string;
let dataset = '';

beforeAll(async () => {
  if (chrome === null) return;
  folder = await mkdtemp(join(tmpdir(), 'vision-life-'));
  await mkdir(join(folder, 'photos', 'deep'), { recursive: true });
  for (let number = 1; number <= 12; number += 1) await writeFile(join(folder, 'photos', number > 6 ? 'deep' : '', `photo-${number}.png`), picture(number));
  await writeFile(join(folder, 'photos', 'again.png'), picture(1));
  await writeFile(join(folder, 'photos', 'notes.txt'), 'not an image');
  product = await startProduct();
  browser = await launch(chrome);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(SLOW_MILLISECONDS / 2);
  watch = new Watch(page);
});
afterAll(async () => {
  if (chrome === null) return;
  await browser?.close();
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

function picture(number: number): Uint8Array {
  const [width, height] = [64, 48];
  return encodePng(Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * number + number * 31) % 251), { width, height, channels: 3 });
}

const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = () => page.getByRole('dialog');
const cell = (number: number) => page.getByRole('gridcell', { name: new RegExp(`^images/photo-${number}\\.png`) });

/** With the page's own session: what a colleague might do meanwhile. */
async function api(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<number> {
  const login = await fetch(`${product.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'vision-labeler' }, body: JSON.stringify({ email: product.admin.email, password: product.admin.password }) });
  const { access_token: token } = (await login.json()) as { access_token: string };
  return (await fetch(`${product.url}/api/v1/datasets/${dataset}/${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })).status;
}

describe.skipIf(chrome === null)('the life of a dataset', () => {
  it('begins empty, and takes a folder of images straight into the store', async () => {
    await page.goto(`${product.url}/datasets`);
    await page.fill('input[name=email]', product.admin.email);
    await page.fill('input[name=password]', product.admin.password);
    await page.click('button[type=submit]');
    await button('New dataset').click();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Raccoons');
    await dialog().getByRole('textbox', { name: 'Classes' }).fill('raccoon\nfox');
    await dialog().getByRole('button', { name: 'Make dataset' }).click();
    await page.waitForURL('**/add');
    dataset = /datasets\/([^/]+)/.exec(page.url())?.[1] ?? '';
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Choose a folder').and(page.locator('input')).setInputFiles(join(folder, 'photos'));
    await page.getByText('12 images added').waitFor();
    await page.getByText('2 not added').waitFor();
    await page.getByRole('row', { name: /again\.png|photo-1\.png/ }).getByText('The same content was chosen twice.').waitFor();
    await page.getByRole('row', { name: /notes\.txt It is neither/ }).waitFor();
    await keepPicture(page, 'real-added', true);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'To the images' }).click();
  });

  it('shows its images by their thumbnails, from another origin', async () => {
    await cell(12).waitFor();
    await page.getByText('1–12 of 12', { exact: true }).waitFor();
    await expect.poll(() => page.evaluate('[...document.querySelectorAll("[role=gridcell] img")].filter((one) => one.naturalWidth > 0 && one.crossOrigin === "anonymous" && one.src.includes("/thumbnails/")).length'), { timeout: SLOW_MILLISECONDS }).toBe(12);
    await keepPicture(page, 'real-gallery', true);
  });

  it('takes up an upload that was paused and left, when the same files are chosen again', async () => {
    await mkdir(join(folder, 'later'));
    for (let number = 21; number <= 23; number += 1) await writeFile(join(folder, 'later', `late-${number}.png`), picture(number));
    const choose = () => page.getByLabel('Choose a folder').and(page.locator('input')).setInputFiles(join(folder, 'later'));
    await page.getByRole('link', { name: 'Add images' }).click();
    await button('Clear').click();
    // The store is away for puts.
    const announced: unknown[] = [];
    await page.route(/\/staging\//, (route) => route.abort());
    page.on('request', (request) => request.url().endsWith('/images/uploads') && announced.push(request.postDataJSON()));
    await choose();
    await page.getByText('Next try soon').first().waitFor();
    await button('Pause').click();
    await page.getByText('Paused', { exact: true }).waitFor();
    // The queue is written every two seconds.
    await page.waitForTimeout(2_500);
    await page.reload();
    await page.getByText('3 images were not sent yet').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.unroute(/\/staging\//);
    await choose();
    await page.getByText('3 images added').waitFor();
    await expect.poll(() => page.getByText('not sent yet').count()).toBe(0);
    expect(announced).toHaveLength(2);
    await page.getByRole('link', { name: 'To the images' }).click();
    await page.getByText('1–15 of 15', { exact: true }).waitFor();
  });

  it('is divided, filtered, changed in bulk, and taken back', async () => {
    await cell(3).getByRole('link').click({ modifiers: ['Control'] });
    await cell(4).getByRole('link').click({ modifiers: ['Control'] });
    await button('Split').click();
    await page.getByRole('menuitem', { name: 'Validation' }).click();
    await page.getByText(/images? (was|were) put to: Validation\./).waitFor();
    await page.getByRole('combobox', { name: 'Split' }).click();
    await page.getByRole('option', { name: 'Validation', exact: true }).click();
    await page.getByText(/^\d+ images found$/).waitFor();
    await cell(4).waitFor();
    await button('Clear filters').click();
    await cell(12).getByRole('link').click({ modifiers: ['Control'] });
    await button('Delete').click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await page.getByText('1 image was deleted.').waitFor();
    await cell(12).waitFor({ state: 'detached' });
    await button('Undo').last().click();
    await cell(12).waitFor();
  });

  it('has versions whose differences are pictures, and goes back to one', async () => {
    expect(await api('PATCH', 'annotations/1', { changes: [{ id: '0192d1a0-0000-4000-8000-000000000001', after: { class_id: 0, bbox: [5, 5, 20, 20] } }] }, { 'if-match': '"1"' })).toBe(200);
    await page.getByRole('link', { name: 'Versions' }).click();
    await button('New version').first().click();
    await dialog().getByRole('textbox', { name: 'Note' }).fill('one box');
    await dialog().getByRole('switch').check({ force: true });
    await dialog().getByRole('button', { name: 'Make version' }).click();
    await page.getByText('Zip is ready').waitFor();
    expect(await api('PATCH', 'annotations/1', { changes: [{ id: '0192d1a0-0000-4000-8000-000000000001', after: { class_id: 0, bbox: [15, 5, 20, 20] } }, { id: '0192d1a0-0000-4000-8000-000000000002', after: { class_id: 1, bbox: [40, 20, 10, 10] } }] }, { 'if-match': '"2"' })).toBe(200);
    await page.getByRole('link', { name: 'Changes since' }).click();
    await page.getByText('1 added, 0 removed, 1 changed').waitFor();
    await expect.poll(() => page.locator('svg g text').allTextContents().then((all) => [...all].sort())).toEqual(['+', '~']);
    await keepPicture(page, 'real-compare', true);
    await button('More for version 1').click();
    await page.getByRole('menuitem', { name: 'Restore' }).click();
    await dialog().getByText('1 image gets its earlier labels.').waitFor();
    await dialog().getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The dataset is version 1 again.').waitFor();
    await page.getByText('Nothing differs.').waitFor();
    await button('Undo').last().click();
    await page.getByText('The dataset is as it was before.').waitFor();
    await page.getByText('1 added, 0 removed, 1 changed').waitFor();
    const zip = page.waitForEvent('download');
    await button('Download version 1').click();
    expect((await zip).suggestedFilename()).toMatch(/\.zip$/);
  });

  it('goes out as COCO, and its labels come back', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await button('Export').click();
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'COCO' }).click();
    const zip = join(folder, 'labels.zip');
    await (await saved).saveAs(zip);
    await page.getByText('The export was saved.').waitFor();
    expect(await api('PATCH', 'annotations/1', { changes: [{ id: '0192d1a0-0000-4000-8000-000000000002', after: null }] }, { 'if-match': '"5"' })).toBe(200);
    await button('Import labels').click();
    await dialog().getByLabel('Choose a file').and(page.locator('input')).setInputFiles(zip);
    await button('Look at it').click();
    await dialog().getByText('COCO', { exact: true }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByText('1 · is there').first().waitFor();
    await dialog().getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('The labels of 1 image were imported.').waitFor();
    await dialog().getByLabel('Choose a file').waitFor({ state: 'detached' });
  });

  it('has classes that stay while they are in use, and a store that was examined', async () => {
    await page.getByRole('link', { name: 'Classes' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('badger');
    await button('Add class').click();
    await button('Move badger up').click();
    await button('More for raccoon').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog().getByText('1 image shows it.', { exact: false }).waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${product.url}/settings`);
    await page.getByText('The store does everything that the platform needs.').waitFor();
    await keepPicture(page, 'real-settings', true);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('met no error, no refusal of the content policy and no dialog on the way', () => {
    expect(watch.problems).toEqual([]);
  });
});
