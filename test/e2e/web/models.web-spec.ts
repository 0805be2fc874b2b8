import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeModel } from '../../../apps/training/src/engine/onnx/onnx-model.js';
import { chromePath, keepPicture, seriousFindings } from './browser.js';
import { FakeBench } from './fake-bench.js';

/** Models of a dataset, before the API from memory. The real registry is driven by models.e2e-spec.ts. */
const chrome = chromePath();
const MODELS = '/datasets/platform-road-1f2e5c3b/models';
const bench = FakeBench.use(chrome, { mustChangePassword: false });
let page: Page;
beforeEach(() => {
  if (chrome === null) return;
  page = bench.page;
});

const button = (name: string | RegExp) => page.getByRole('button', { name });
const onnx = (name: string, metadata: Record<string, string>) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(encodeModel({ nodes: [], initializers: [], inputs: [], outputs: [], metadata })) });
const choose = (file: { name: string; mimeType: string; buffer: Buffer }) => page.locator('input[type=file]').setInputFiles(file);
const field = (name: string) => page.getByRole('textbox', { name });
const choice = (name: string) => page.getByRole('combobox', { name });

describe.skipIf(chrome === null)('a model from elsewhere', () => {
  it('fills the form by what its file says, is refused in words where they belong, and then is in the list', async () => {
    await bench.enter(MODELS);
    await page.getByRole('link', { name: 'Add a model' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/models/add');
    await choose({ name: 'notes.onnx', mimeType: '', buffer: Buffer.from('<html>no model</html>') });
    await page.getByText('This is no ONNX file.').waitFor();
    await choose(onnx('bad-net.onnx', { class_names: '["사람","차량","fox"]', input_size: '[320,320]', preprocessing: '{"layout":"NCHW","colour":"BGR","fit":"stretch","scale":1,"mean":[1,2,3],"deviation":[4,5,6]}' }));
    await page.getByText('The file says how it is used.', { exact: false }).waitFor();
    await expect.poll(() => field('Name').inputValue()).toBe('bad-net');
    await expect.poll(() => Promise.all([field('Width, pixels').inputValue(), choice('Numbers of a pixel').inputValue(), field('Mean, blue').inputValue(), choice('Class of output 차량').inputValue()])).toEqual(['320', 'Numbers of your own', '1', '차량']);
    await button('Upload and check').click();
    await page.getByText('Choose a class for each output, or leave it out.').waitFor();
    await button('Leave out 1 without a class').click();
    await expect.poll(() => choice('Class of output fox').inputValue()).toBe('Nothing: leave it out');
    expect(await choice('Format of the outputs').inputValue()).toBe('Boxes and scores, of any detector (boxes/1)');
    await choice('Class of output fox').fill('버스');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await choice('Numbers of a pixel').click();
    await page.getByRole('option', { name: 'ImageNet: its mean and deviation' }).click();
    await expect.poll(() => field('Deviation, red').inputValue()).toBe('0.229');
    await button('Upload and check').click();
    await page.getByText('The server loads the model and runs it once…').waitFor();
    await page.getByText('The model cannot be used like this: 2 findings.', { exact: false }).waitFor();
    await page.getByRole('region', { name: 'Outputs and classes' }).getByRole('listitem').filter({ hasText: '차량' }).getByText('The dataset has no such class.').waitFor();
    await keepPicture(page, 'add-model-refused', true);
    expect(await seriousFindings(page)).toEqual([]);
    await field('Name').fill('Street net');
    await button('Upload and check').click();
    await page.getByText('Street net was added.').waitFor();
    await page.waitForURL('**/models');
    await page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Street net' }) }).getByText('Uploaded').waitFor();
  });
});
