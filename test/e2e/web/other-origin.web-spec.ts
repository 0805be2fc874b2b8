import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@app/dice-format';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { ensureBucketCors, S3ObjectStore, SigV4Presigner } from '@app/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { chromePath, launch } from './browser.js';

const chrome = chromePath();
const KEYS = { accessKeyId: 'page-store-key', secretAccessKey: 'page-store-secret-0123456789' };
const KEY = 'datasets/platform-x-00000001/images/000001.png';
/** Two pixels that no other picture has. */
const PIXELS = [12, 34, 56, 210, 180, 90];

let store: LocalObjectStore;
let browser: Browser;
let folder: string;
const sites: Server[] = [];

/** An empty page of an origin of its own. */
async function site(): Promise<string> {
  const server = createServer((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>another origin</title>'));
  sites.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** What the page at this origin sees of the picture. */
async function seenFrom(origin: string, url: string): Promise<unknown> {
  const page: Page = await browser.newPage();
  try {
    await page.goto(origin);
    return await page.evaluate(`(async () => {
      const image = new Image();
      image.crossOrigin = 'anonymous';
      image.src = ${JSON.stringify(url)};
      try { await image.decode(); } catch { return 'refused'; }
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return [...data].filter((_, at) => at % 4 !== 3);
    })()`);
  } finally {
    await page.close();
  }
}

describe.runIf(chrome !== null)('a page of another origin than the store', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vision-origin-'));
    store = await startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [{ ...KEYS, mode: 'read-write' }] });
    browser = await launch(chrome ?? '');
  });
  afterAll(async () => {
    await browser.close();
    for (const server of sites) server.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('reads pixels from a presigned URL where the rules name it, and another one does not', async () => {
    const options = { endpoint: store.endpoint, region: 'auto', bucket: 'vision', ...KEYS };
    const objects = new S3ObjectStore(options);
    await objects.put(KEY, encodePng(Uint8Array.from(PIXELS), { width: 2, height: 1, channels: 3 }), { contentType: 'image/png' });
    objects.close();
    const [page, evil] = [await site(), await site()];
    const { url } = new SigV4Presigner(options).presignGet(KEY, { contentType: 'image/png' });
    expect(new URL(url).origin).not.toBe(page);
    expect(await seenFrom(page, url)).toBe('refused');
    expect(await ensureBucketCors(options, [page], 'set')).toBeNull();
    expect(await seenFrom(page, url)).toEqual(PIXELS);
    expect(await seenFrom(evil, url)).toBe('refused');
    expect(await seenFrom(page, url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe('refused');
  });
});
