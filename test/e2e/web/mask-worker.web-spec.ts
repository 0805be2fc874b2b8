import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromePath, launch, Watch } from './browser.js';

const MASKS = resolve(import.meta.dirname, '../../../apps/labeler/src/engine/masks/index.ts');
/** A page that has a mask and nothing else. */
const PAGE = `
import { MaskSession, workerPort } from ${JSON.stringify(MASKS)};
const SIZE = { width: 600, height: 400 };
const context = Object.assign(document.body.appendChild(document.createElement('canvas')), SIZE).getContext('2d');
const session = new MaskSession({ port: workerPort(), remember: () => undefined, onMask: () => undefined, onPaint: () => undefined });
session.opacity = 1;
session.open({ imageId: 1, size: SIZE, annotation: null, classes: [{ id: 0, name: 'cat', color: '#ff0000', keypoints: null, skeleton: null }] });
window.paint = async (at, diameter) => {
  session.begin(1);
  session.sweep([{ from: at, to: at, diameter }]);
  session.end();
  return session.toJson();
};
// The scale is whole, so that a pixel of the image is as many of the screen.
window.pixels = (scale, { x, y, width, height }) => {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, SIZE.width, SIZE.height);
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  session.drawMask(context);
  const { data } = context.getImageData(0, 0, width * scale, height * scale);
  return Array.from({ length: width * height }, (_, index) => {
    const [column, row] = [index % width, Math.floor(index / width)];
    return data[((row * scale + (scale >> 1)) * width * scale + column * scale + (scale >> 1)) * 4 + 3] === 255 ? 1 : 0;
  });
};
window.ready = true;
`;

const path = chromePath();
describe.skipIf(path === null)('the mask in a thread of its own', () => {
  let browser: Browser;
  let server: Server;
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vision-mask-'));
    await writeFile(join(folder, 'page.js'), PAGE);
    await writeFile(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="./page.js"></script>');
    await build({ root: folder, configFile: false, logLevel: 'error', build: { outDir: join(folder, 'out'), assetsInlineLimit: 0, modulePreload: { polyfill: false } } });
    server = createServer((request, response) => {
      const name = request.url === '/' ? '/index.html' : (request.url ?? '');
      const type = name.endsWith('.html') ? 'text/html' : 'text/javascript';
      // As the product serves it: no thread from anywhere else, and none from a data address.
      readFile(join(folder, 'out', name)).then(
        (body) => response.writeHead(200, { 'content-type': type, 'content-security-policy': "default-src 'self'; img-src 'self' data:" }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    browser = await launch(path ?? '');
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('paints exactly the pixels under the brush, at several scales and over the border of tiles', async () => {
    const page = await browser.newPage();
    const watch = new Watch(page);
    const address = server.address();
    await page.goto(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
    await page.waitForFunction('window.ready === true');
    const mask: unknown = await page.evaluate('window.paint({ x: 256, y: 256 }, 5)');
    // A round brush of five pixels on the pixel (256, 256).
    const expected = ['.......', '..###..', '.#####.', '.#####.', '.#####.', '..###..', '.......'];
    const square = '{ x: 253, y: 253, width: 7, height: 7 }';
    for (const scale of [1, 4, 9]) {
      await expect.poll(async () => rows(await page.evaluate(`window.pixels(${scale}, ${square})`)), { message: `scale ${scale}` }).toEqual(expected);
    }
    expect(mask).toMatchObject({ mask: { size: [400, 600], classes: [{ class_id: 0 }] } });
    expect(watch.problems).toEqual([]);
  });
});

function rows(pixels: unknown): string[] {
  const list = Array.isArray(pixels) ? pixels : [];
  return Array.from({ length: 7 }, (_, row) => list.slice(row * 7, row * 7 + 7).map((one) => (one === 1 ? '#' : '.')).join(''));
}
