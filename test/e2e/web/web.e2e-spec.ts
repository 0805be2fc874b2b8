import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProduct, type Product } from '../harness.js';
import { diceZip } from '../mnist-zip.js';
import { chromePath, keepPicture, launch, seriousFindings, Watch } from './browser.js';

/** The real product through the real page: what a user does on the first day. */
const chrome = chromePath();
const UPLOAD_MILLISECONDS = 60_000;
const TRAINING_MILLISECONDS = 180_000;
let product: Product;
let browser: Browser;
let page: Page;
let watch: Watch;

beforeAll(async () => {
  if (chrome === null) return;
  product = await startProduct();
  browser = await launch(chrome);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', reducedMotion: 'reduce' });
  page = await context.newPage();
  watch = new Watch(page);
});
afterAll(async () => {
  if (chrome === null) return;
  await browser?.close();
  await product?.stop();
});

const button = (name: string | RegExp) => page.getByRole('button', { name });

/** Names a missing image, a class that does not exist, and a box-less finding: several problems at once. */
function badZip(): Promise<Buffer> {
  const image = (id: number, classId: number) => ({ id, file_name: `images/00000${id}.png`, width: 28, height: 28, depth: 1, split: 'train', annotation: { class_id: classId, class_name: 'a', confidence: 1 }, metadata: { status: 'labeled' } });
  return diceZip({ name: 'Broken', taskType: 'image_classification', classes: ['a', 'b'], images: [image(1, 0), image(2, 7), image(2, 1)], files: [] });
}

describe.skipIf(chrome === null)('the web page before the real product', () => {
  it('logs in, and speaks Korean and English', async () => {
    await page.goto(`${product.url}/`);
    await page.fill('input[name=email]', product.admin.email);
    await page.fill('input[name=password]', 'not the password');
    await page.click('button[type=submit]');
    await page.getByText('The e-mail address or the password is wrong.').waitFor();
    await page.fill('input[name=password]', product.admin.password);
    await page.click('button[type=submit]');
    await page.getByText('No datasets yet').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await button('Language').click();
    await page.getByRole('menuitem', { name: '한국어' }).click();
    await page.getByText('아직 데이터셋이 없습니다').waitFor();
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('ko');
    await button('언어').click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByText('No datasets yet').waitFor();
    // The refresh token is in a cookie that no script reads, the access token nowhere that outlives the page.
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('Object.keys(localStorage).sort().join() + Object.keys(sessionStorage).filter((key) => !key.startsWith("tsr")).join()')).not.toMatch(/token|session/i);
    await page.reload();
    await page.getByText('No datasets yet').waitFor();
  });

  it('shows every finding of a broken zip', async () => {
    const chooser = page.waitForEvent('filechooser');
    await button('Upload').first().click();
    await (await chooser).setFiles({ name: 'broken.zip', mimeType: 'application/zip', buffer: await badZip() });
    await page.getByText(/^Refused: \d+ problems$/).waitFor({ timeout: UPLOAD_MILLISECONDS });
    await button('Show problems').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing was stored.', { exact: false }).waitFor();
    await expect.poll(() => dialog.getByRole('row').count()).toBeGreaterThan(2);
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByText('No datasets yet').waitFor();
    await button('Clear the list').click();
  });

  it('makes the demo dataset, trains on it and draws the curve until the model is there', async () => {
    await button('Try the demo dataset').first().click();
    await button('Start training').waitFor({ timeout: UPLOAD_MILLISECONDS });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Epochs' }).fill('4');
    await button('Start training').click();
    await page.waitForURL('**/training/*');
    const chart = page.getByRole('img', { name: /^Loss by epoch/ });
    await chart.waitFor({ timeout: TRAINING_MILLISECONDS });
    await page.getByText('The model is ready', { exact: true }).waitFor({ timeout: TRAINING_MILLISECONDS });
    await expect.poll(() => chart.getAttribute('aria-label')).toContain('4 epochs');
    await button('Numbers').click();
    await expect.poll(() => page.getByRole('region', { name: 'Figures by epoch' }).getByRole('row').count()).toBe(5);
    await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
    await expect.poll(() => page.getByRole('log').getByText(/./).count()).toBeGreaterThan(0);
    await keepPicture(page, 'real-job', true);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('leads to the model and the checkpoints in the store, and to the zip', async () => {
    const final = await page.getByRole('link', { name: 'Download model', exact: true }).getAttribute('href');
    const answer = await fetch(final ?? '');
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(1000);
    const checkpoint = await page.getByRole('link', { name: 'Download Model, ONNX of epoch 4' }).getAttribute('href');
    expect((await fetch(checkpoint ?? '', { headers: { range: 'bytes=0-0' } })).status).toBe(206);
    const model = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download model', exact: true }).click();
    expect((await model).suggestedFilename()).toMatch(/\.onnx$/);
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    const zip = page.waitForEvent('download');
    await button('Download zip').click();
    expect((await zip).suggestedFilename()).toMatch(/^platform-.*\.zip$/);
  });

  it('makes an API key that works until it is revoked', async () => {
    await page.goto(`${product.url}/account`);
    await button('New key').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('browser test');
    await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
    const key = (await page.getByTestId('secret').textContent()) ?? '';
    const me = (): Promise<Response> => fetch(`${product.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await me()).status).toBe(200);
    await button('I have copied it').click();
    await button('Revoke').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No keys yet').waitFor();
    expect((await me()).status).toBe(401);
  });

  it('creates a user, who must choose a password of their own', async () => {
    await page.goto(`${product.url}/users`);
    await button('New user').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('박지우');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('jiwoo@example.com');
    await page.getByRole('dialog').getByRole('button', { name: 'New user' }).click();
    const password = (await page.getByTestId('secret').textContent()) ?? '';
    const context = await browser.newContext({ locale: 'ko-KR' });
    const other = await context.newPage();
    await other.goto(`${product.url}/users`);
    await other.fill('input[name=email]', 'jiwoo@example.com');
    await other.fill('input[name=password]', password);
    await other.click('button[type=submit]');
    await other.getByText('관리자만 볼 수 있는 화면입니다.').waitFor();
    await other.getByRole('link', { name: '지금 변경' }).click();
    await other.getByLabel('현재 비밀번호').fill(password);
    await other.getByLabel('새 비밀번호', { exact: true }).fill('아주 긴 새 비밀번호입니다');
    await other.getByLabel('새 비밀번호 확인').fill('아주 긴 새 비밀번호입니다');
    await other.getByRole('button', { name: '비밀번호 변경' }).click();
    await other.getByRole('link', { name: '지금 변경' }).waitFor({ state: 'detached' });
    await context.close();
  });

  it('met no error, no refusal of the content policy and no dialog on the way', () => {
    expect(watch.problems).toEqual([]);
  });
});
