import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { chromePath, keepPicture, seriousFindings } from './browser.js';
import { FakeBench } from './fake-bench.js';

/** The gallery of 100,000 images, before the API from memory. */
const chrome = chromePath();
const ROAD = '/datasets/platform-road-1f2e5c3b/images';
const bench = FakeBench.use(chrome, { mustChangePassword: false });
let page: Page;
beforeEach(async () => {
  if (chrome === null) return;
  page = bench.page;
  await bench.page.goto(`${bench.site.url}${ROAD}`);
  await bench.logIn();
  await cell('000001').waitFor();
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
const cell = (number: string) => page.getByRole('gridcell', { name: new RegExp(`^images/${number}\\.jpg`) });
const choose = async (label: string, option: string): Promise<void> => {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};
const selected = (text: string): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor();
const nodes = (): Promise<number> => page.evaluate('document.body.querySelectorAll("*").length') as Promise<number>;
const thumbnails: string[] = [];

describe.skipIf(chrome === null)('the gallery', () => {
  it('keeps its rows apart whatever form the images have, and leads to the first that is not labelled', async () => {
    const tall = await sharp({ create: { width: 90, height: 256, channels: 3, background: '#a06020' } }).png().toBuffer();
    await page.route(/\/thumbnails\//, (route) => route.fulfill({ body: tall, contentType: 'image/png', headers: { 'access-control-allow-origin': '*' } }));
    await page.reload();
    await cell('000001').waitFor();
    await expect.poll(() => page.evaluate('[...document.querySelectorAll("[role=gridcell] img")].filter((one) => one.naturalHeight === 256).length')).toBeGreaterThan(0);
    const rows = page.getByRole('row');
    const [first, second] = [await rows.nth(0).boundingBox(), await rows.nth(1).boundingBox()];
    const inner = await cell('000001').boundingBox();
    expect((inner?.y ?? NaN) + (inner?.height ?? NaN)).toBeLessThanOrEqual(second?.y ?? NaN);
    expect(first?.height).toBeGreaterThan(0);
    await button('Label').click();
    await page.waitForURL(/\/label\/\d+$/);
  });

  it('has 400 elements at most of 100,000 images anywhere, and asks for pictures only where somebody rests', async () => {
    const cors = new Set<string>();
    page.on('request', (request) => {
      if (!request.url().includes('/thumbnails/')) return;
      thumbnails.push(request.url().split('/').at(-1) ?? '');
      // One that was aborted tells nothing.
      void request.headerValue('sec-fetch-mode').then((mode) => mode !== null && cors.add(mode));
    });
    expect(await nodes()).toBeLessThanOrEqual(400);
    // Past hundreds of rows without a rest, as a wheel goes.
    await page.evaluate(`new Promise((done) => { let at = 0; const step = () => { at += 3000; scrollTo(0, at); at < 60000 ? requestAnimationFrame(step) : (scrollTo(0, document.documentElement.scrollHeight), done()); }; step(); })`);
    await cell('100000').waitFor();
    await expect.poll(() => thumbnails.includes('100000')).toBe(true);
    await page.getByText(/–100,000 of 100,000$/).waitFor();
    expect(await nodes()).toBeLessThanOrEqual(400);
    // Those of the begin and of the end; what passed by was not asked for.
    expect(thumbnails.filter((number) => Number(number) > 200 && Number(number) < 99_900)).toEqual([]);
    await expect.poll(() => [...cors]).toEqual(['cors']);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('is filtered by the address, which the browser goes back to', async () => {
    await choose('Split', 'Validation');
    await choose('Class', '버스');
    await page.waitForURL('**/images?split=val&class_id=3');
    await cell('000003').waitFor();
    await expect.poll(() => page.getByRole('gridcell').first().getAttribute('aria-label')).toContain('images/000003.jpg');
    expect(await page.getByRole('link', { name: 'Open images/000003.jpg' }).getAttribute('href')).toBe('/datasets/platform-road-1f2e5c3b/label/3?split=val&class_id=3');
    await page.reload();
    await cell('000003').waitFor();
    await page.getByRole('searchbox').fill('zzz');
    await page.getByText('No image matches').waitFor();
    await button('Clear filters').last().click();
    await cell('000001').waitFor();
  });

  it('is driven by keys alone: select, extend, all, and open', async () => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await selected('1 selected');
    await page.keyboard.press('Shift+ArrowDown');
    await selected('7 selected');
    await expect.poll(() => cell('000008').getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+End');
    await cell('100000').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+a');
    await selected('10,000 selected');
    await page.getByText('The first 10,000 are selected').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/label/1');
  });

  it('changes many at once, says what was done, and takes it back', async () => {
    await cell('000001').hover();
    await page.getByRole('checkbox', { name: 'Select images/000001.jpg' }).click();
    await cell('000004').getByRole('link').click({ modifiers: ['Shift'] });
    await selected('4 selected');
    await keepPicture(page, 'gallery-selected');
    await button('Split').click();
    await page.getByRole('menuitem', { name: 'Training' }).click();
    await page.getByText('1 image was put to: Training. 3 were so already.').waitFor();
    await expect.poll(() => cell('000003').getAttribute('aria-label')).toContain('Training');
    await button('Undo').click();
    await expect.poll(() => cell('000003').getAttribute('aria-label')).toContain('Validation');
    await cell('000002').getByRole('link').click({ modifiers: ['Control'] });
    await page.getByRole('grid').focus();
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('1 image was deleted.').waitFor();
    await cell('000002').waitFor({ state: 'detached' });
    await button('Undo').last().click();
    await cell('000002').waitFor();
    await cell('000009').getByRole('link').click({ modifiers: ['Control'] });
    await button('Status').click();
    await page.getByRole('menuitem', { name: 'Unlabeled' }).click();
    await page.getByText('1 image is now: Unlabeled.').waitFor();
    await expect.poll(() => cell('000009').getAttribute('aria-label')).toContain('Unlabeled');
  });

  it('draws labels over the image that the pointer rests on, and over all on demand', async () => {
    expect(await page.locator('[role=gridcell] svg path[stroke]').count()).toBe(0);
    await cell('000003').hover();
    await cell('000003').locator('svg path[stroke]').first().waitFor();
    await page.getByRole('switch', { name: 'Show labels' }).check({ force: true });
    await cell('000004').locator('svg path[stroke]').first().waitFor();
    await keepPicture(page, 'gallery-labels');
    expect(await seriousFindings(page)).toEqual([]);
  });
});
