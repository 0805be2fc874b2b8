import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { FAKE_PASSWORD } from '../../../apps/labeler/dev/fake-api.js';
import { chromePath, keepPicture, seriousFindings } from './browser.js';
import { FakeBench } from './fake-bench.js';

/** What people do on the pages, before the API from memory. The real product is driven by web.e2e-spec.ts. */
const chrome = chromePath();
const EPOCH_MILLISECONDS = 400;
const bench = FakeBench.use(chrome, { epochMilliseconds: EPOCH_MILLISECONDS, mustChangePassword: true });
let page: Page;
beforeEach(() => {
  if (chrome === null) return;
  page = bench.page;
});

const logIn = (): Promise<void> => bench.logIn();

const enter = (path = '/'): Promise<void> => bench.enter(path);

const keep = (name: string): Promise<void> => keepPicture(page, `flow-${name}`);

const zip = (name: string): { name: string; mimeType: string; buffer: Buffer } => ({ name, mimeType: 'application/zip', buffer: Buffer.alloc(300_000, 7) });
const button = (name: string | RegExp) => page.getByRole('button', { name });
const DROP = `(() => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(2000)], 'dropped.zip', { type: 'application/zip' }));
  transfer.items.add(new File(['x'], 'notes.txt'));
  const fire = (type) => window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  fire('dragenter'); fire('dragover');
  return fire;
})()`;

describe.skipIf(chrome === null)('what people do', () => {
  it('refuses a wrong password in words, and leads back to the page that was asked for', async () => {
    await page.goto(`${bench.site.url}/training?state=failed`);
    await page.fill('input[name=email]', 'admin@example.com');
    await page.fill('input[name=password]', 'wrong');
    await page.click('button[type=submit]');
    await page.getByText('The e-mail address or the password is wrong.').waitFor();
    await logIn();
    await page.waitForURL('**/training?state=failed');
    expect(await page.evaluate('JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie')).not.toContain('fake-token');
  });

  it('stays logged in over a reload, switches the language at once and keeps it', async () => {
    await enter();
    await page.reload();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    await button('Language').click();
    await page.getByRole('menuitem', { name: '한국어' }).click();
    await page.getByRole('heading', { name: '데이터셋', level: 1 }).waitFor();
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('ko');
    await page.reload();
    await page.getByRole('heading', { name: '데이터셋', level: 1 }).waitFor();
  });

  it('uploads with progress, and shows every finding of a refused file', async () => {
    await enter();
    const chooser = page.waitForEvent('filechooser');
    await button('Upload').click();
    await (await chooser).setFiles([zip('roses.zip'), zip('bad.zip')]);
    await page.getByText(/Checking: \d+ of 600 entries/).first().waitFor();
    await keep('upload-checking');
    await page.getByText('Refused: 43 problems', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'roses' }).waitFor();
    await button('Show problems').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('/annotations/31/bbox/2').waitFor();
    await expect.poll(() => dialog.getByRole('row').count()).toBe(44);
    await keep('findings');
    expect(await seriousFindings(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download JSON' }).click();
    const saved: unknown = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
    expect(saved).toHaveLength(43);
    await dialog.getByRole('textbox', { name: 'Filter problems' }).fill('unknown-class');
    await expect.poll(() => dialog.getByRole('row').count()).toBe(2);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('takes files that are dropped anywhere, and says what is no zip', async () => {
    await enter();
    await page.evaluate(DROP);
    await page.getByText('Drop to upload').waitFor();
    await keep('drop');
    await page.evaluate(`(${DROP})('drop')`);
    await page.getByText('notes.txt is not a zip file.').waitFor();
    await page.getByRole('heading', { name: 'dropped' }).waitFor();
  });

  it('starts a training from the demo and follows it live to the model', async () => {
    await enter();
    await button('Try the demo dataset').click();
    await page.getByRole('heading', { name: 'Demo: shapes' }).waitFor();
    await page.getByRole('textbox', { name: 'Epochs' }).fill('2000');
    await button('Start training').click();
    await page.getByText('Too large: 1,000 at most').waitFor();
    await page.getByRole('textbox', { name: 'Epochs' }).fill('6');
    await button('Start training').click();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText(/^[2-5] of 6/).waitFor();
    await keep('job-live');
    const chart = page.getByRole('img', { name: /^Loss by epoch/ });
    const before = await chart.getAttribute('aria-label');
    await expect.poll(() => chart.getAttribute('aria-label')).not.toBe(before);
    await page.getByText('The model is ready', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Download model', exact: true }).getAttribute('href')).toContain('/final-6');
    await page.getByRole('link', { name: 'Download Model, ONNX of epoch 6' }).waitFor();
    await button('Numbers').click();
    await expect.poll(() => page.getByRole('region', { name: 'Figures by epoch' }).getByRole('row').count()).toBe(7);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('shows unmet conditions in place', async () => {
    await enter('/datasets?q=several');
    await page.getByRole('link', { name: 'Scenes with several labels' }).click();
    await button('Start training').click();
    await page.getByText('No image is left for validation.').waitFor();
    await page.getByText('Larger than the dataset allows.').waitFor();
    await keep('unmet');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('deletes after a question, and takes it back', async () => {
    await enter();
    await page.getByRole('link', { name: 'ImageNet-10' }).click();
    await button('Delete').click();
    // React moves the focus in an effect, after the dialog can be seen.
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Cancel');
    await button('Move to the trash').click();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    await page.getByRole('link', { name: 'ImageNet-10' }).waitFor({ state: 'detached' });
    await button('Undo').click();
    await page.getByRole('link', { name: 'ImageNet-10' }).waitFor();
  });

  it('restores from the trash, and changes name and visibility', async () => {
    await enter();
    await page.getByRole('link', { name: 'ImageNet-10' }).click();
    await button('Edit').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('ImageNet, ten classes');
    await page.getByRole('radio', { name: /^Private/ }).check();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Save').click();
    await page.getByRole('heading', { name: 'ImageNet, ten classes' }).waitFor();
    await expect.poll(() => page.getByText('Public', { exact: true }).count()).toBe(0);
    await button('Delete').click();
    await button('Move to the trash').click();
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByRole('heading', { name: 'ImageNet, ten classes' }).waitFor();
    await keep('trash');
    expect(await seriousFindings(page)).toEqual([]);
    await button('Restore ImageNet, ten classes').click();
    await page.getByText('The trash is empty').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Datasets' }).click();
    await page.getByRole('link', { name: 'ImageNet, ten classes' }).waitFor();
  });

  it('does the usual by single keys, which can be switched off', async () => {
    await enter();
    await page.waitForSelector('article');
    await page.keyboard.press('t');
    await page.waitForURL('**/training');
    await page.keyboard.press('d');
    await page.waitForURL('**/datasets');
    await page.waitForSelector('article');
    await page.keyboard.press('/');
    await page.keyboard.type('dt');
    await page.waitForURL('**/datasets?q=dt');
    await page.getByRole('searchbox').blur();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('switch', { name: 'Single-key shortcuts' }).uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('t');
    await page.waitForTimeout(200);
    expect(page.url()).toContain('/datasets');
  });

  it('asks for an own password until there is one', async () => {
    await enter();
    await page.getByRole('link', { name: 'Change it now' }).click();
    await page.getByLabel('Current password').fill('wrong');
    await page.getByLabel('New password', { exact: true }).fill('a fine new sentence');
    await page.getByLabel('New password, again').fill('a fine new sentence!');
    await button('Change password').click();
    await page.getByText('The two entries differ.').waitFor();
    await page.getByLabel('New password, again').fill('a fine new sentence');
    await button('Change password').click();
    await page.getByText('The current password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(FAKE_PASSWORD);
    await button('Change password').click();
    await page.getByText('Your password was changed.', { exact: false }).waitFor();
    await page.getByRole('link', { name: 'Change it now' }).waitFor({ state: 'detached' });
  });

  it('shows a new key once, and revokes one', async () => {
    await enter('/account');
    await button('New key').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('my script');
    await page.getByRole('checkbox', { name: /^Train/ }).check();
    await keep('new-key');
    await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
    await page.getByTestId('secret').getByText(/^vk_/).waitFor();
    await keep('secret');
    await page.keyboard.press('Escape');
    await page.getByTestId('secret').waitFor();
    await button('I have copied it').click();
    await page.getByText('my script').waitFor();
    await expect.poll(() => page.getByText('vk_9d41f0c7a2b84e6f9b1d3c5e7f90a1b2c3d4e5f6').count()).toBe(0);
    await button('Revoke').first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText(/^my script/).waitFor({ state: 'detached' });
  });

  it('creates a user and shows the password once', async () => {
    await enter('/users');
    await button('New user').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('이서연');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('seoyeon');
    await page.getByRole('dialog').getByRole('button', { name: 'New user' }).click();
    await page.getByText('This is not an e-mail address.').waitFor();
    await page.getByRole('textbox', { name: 'E-mail' }).fill('seoyeon@example.com');
    await page.getByRole('dialog').getByRole('button', { name: 'New user' }).click();
    await page.getByText('maple-stone-cloud-27').waitFor();
    await button('I have copied it').click();
    await page.getByText('이서연').waitFor();
  });

  it('can be used by the keyboard alone', async () => {
    await enter();
    await page.waitForSelector('article');
    await page.reload();
    await page.waitForSelector('article');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    for (let step = 0; step < 12 && (await page.evaluate('document.activeElement.tagName + document.activeElement.getAttribute("href")')) !== 'A/datasets/platform-digits-1f2e3d4c'; step += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '손글씨 숫자' }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('goes to the login when the session has ended elsewhere, and shows what cannot be reached', async () => {
    await enter();
    const other = await page.context().newPage();
    await other.goto(`${bench.site.url}/account`);
    await other.getByRole('button', { name: 'Account' }).click();
    await other.getByRole('menuitem', { name: 'Log out' }).click();
    await other.waitForSelector('input[type=email]');
    await page.waitForSelector('input[type=email]');
    await logIn();
    await page.waitForSelector('article');
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Training' }).click();
    await page.getByText('The server cannot be reached.', { exact: false }).waitFor();
    await page.unroute('**/api/**');
    await button('Try again').click();
    await page.waitForSelector('article');
  });
});

describe.skipIf(chrome === null)('an installation without data', () => {
  it('says what to do first', async () => {
    await bench.restart({ empty: true });
    await enter();
    await page.getByText('No datasets yet').waitFor();
    await keep('empty');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Training' }).click();
    await page.getByText('No training yet').waitFor();
  });
});
