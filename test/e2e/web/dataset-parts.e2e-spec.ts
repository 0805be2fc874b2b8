import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAKE_PASSWORD } from '../../../apps/labeler/dev/fake-api.js';
import { chromePath, keepPicture, launch, seriousFindings, Watch } from './browser.js';
import { buildPage, removeFolder, serveFake, type FakeSite } from './fake-site.js';

/** Versions, classes, members and splits of a dataset, before the API from memory. */
const chrome = chromePath();
const ROAD = '/datasets/platform-road-1f2e5c3b';
let folder: string;
let browser: Browser;
let site: FakeSite;
let page: Page;
let watch: Watch;

beforeAll(async () => {
  if (chrome === null) return;
  folder = await buildPage();
  browser = await launch(chrome);
});
afterAll(async () => {
  if (chrome === null) return;
  await browser.close();
  await removeFolder(folder);
});
beforeEach(async () => {
  site = await serveFake(folder, { mustChangePassword: false });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-US', reducedMotion: 'reduce' });
  page = await context.newPage();
  watch = new Watch(page);
});
afterEach(async () => {
  await page.context().close();
  await site.close();
  expect(watch.problems).toEqual([]);
});

async function enter(path: string): Promise<void> {
  await page.goto(`${site.url}${path}`);
  await page.fill('input[name=email]', 'admin@example.com');
  await page.fill('input[name=password]', FAKE_PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForSelector('main#main h1');
}

const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = () => page.getByRole('dialog');
const item = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

describe.skipIf(chrome === null)('the versions of a dataset', () => {
  it('are made with a note, tell how far their zip is, and are given other words', async () => {
    await enter(`${ROAD}/versions`);
    await item('Version 3').getByText('golden').waitFor();
    await button('New version').click();
    await dialog().getByRole('textbox', { name: 'Note' }).fill('before the new camera');
    await dialog().getByRole('switch').check({ force: true });
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Make version' }).click();
    await page.getByText('Version 4 was made.').waitFor();
    await item('Version 4').getByText('before the new camera').waitFor();
    await item('Version 4').getByText(/ MB of 48 MB · 19\.2 MB\/s, .* left$/).waitFor();
    await item('Version 4').getByText('Zip is ready').waitFor();
    await button('More for version 4').click();
    await page.getByRole('menuitem', { name: 'Note and tag' }).click();
    await dialog().getByRole('textbox', { name: 'Tag' }).fill('golden');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('It exists already.').waitFor();
    await dialog().getByRole('textbox', { name: 'Tag' }).fill('camera');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await item('Version 4').getByText('camera', { exact: true }).waitFor();
    await button('More for version 2').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The present state does not allow this.').waitFor();
  });

  it('are compared in figures, by class and as pictures', async () => {
    await enter(`${ROAD}/versions`);
    await item('Version 3').getByRole('link', { name: 'What changed' }).click();
    await page.waitForURL('**/versions?from=2&to=3');
    const compared = page.getByRole('region', { name: 'What differs' });
    await compared.getByRole('row', { name: '사람 (was 보행자) −2 −2' }).waitFor();
    await compared.getByText('1 added, 1 removed, 1 changed').waitFor();
    const picture = compared.getByRole('button', { name: 'Enlarge images/000003.jpg' });
    await expect.poll(() => picture.locator('text').allTextContents()).toEqual(['+', '−', '~']);
    await compared.getByText('not in the dataset any more', { exact: false }).waitFor();
    await keepPicture(page, 'versions-compare', true);
    expect(await seriousFindings(page)).toEqual([]);
    await compared.getByRole('combobox', { name: 'Show' }).click();
    await page.getByRole('option', { name: 'Other split' }).click();
    await expect.poll(() => compared.getByRole('listitem').count()).toBe(1);
    await picture.waitFor({ state: 'detached' });
    await button('Swap sides').click();
    await page.waitForURL('**/versions?from=3&to=2');
    await button('Close comparison').click();
    await compared.waitFor({ state: 'detached' });
  });

  it('say what restoring would do, and take it back', async () => {
    await enter(`${ROAD}/versions`);
    await button('More for version 1').click();
    await page.getByRole('menuitem', { name: 'Restore' }).click();
    await dialog().getByText('2 images get their earlier labels.').waitFor();
    await dialog().getByText('The classes become those of the version.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The dataset is version 1 again.').waitFor();
    await button('Undo').click();
    await page.getByText('The dataset is as it was before.').waitFor();
  });

  it('are downloaded when their zip is made, and trained on', async () => {
    await enter('/datasets/platform-digits-1f2e3d4c/versions');
    const zip = page.waitForEvent('download');
    await button('Download version 1').click();
    await item('Version 1').getByText(/ of 48 MB/).waitFor();
    expect((await zip).suggestedFilename()).toBe('version.zip');
    await item('Version 2').getByRole('link', { name: 'Train on it' }).click();
    await page.getByText('It trains on version 2').waitFor();
    const asked = page.waitForRequest('**/training/start');
    await button('Start training').click();
    expect((await asked).postDataJSON()).toMatchObject({ snapshot_version: 2 });
  });
});
