// The seed's table 1.1 once more, as somebody who labels meets it: the labeler's own picture loader in a browser, from the click on "next" until the image is painted.
//   node test/bench/labeler-images.mjs [--quick]     needs `node scripts/build.mjs`, and Chromium (CHROME_PATH)
// The browser is 100 ms and 100 Mbit/s away from server and store, which stand beside each other: that favours the relay.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { slowLink } from './slow-link.mjs';

const LINK = { roundTripMs: 100, megabitsPerSecond: 100 };
const SIZE = { width: 1600, height: 1200 };
const IMAGE_BYTES = 400_000;
const WORK_MS = 300;
const AHEAD = 5;
const CAP_BYTES = 256 * 2 ** 20;
/** Seconds of waiting over 100 images. */
const GOAL = 1.5;
const HERE = fileURLToPath(new URL('../../', import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const share = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** Runs in the page: images one after the other, as the labeler shows them. */
const SCRIPT = `
import { PictureLoader } from '/loader';
const painted = () => new Promise((resolve) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); }));
window.visit = async ({ urls, list, width, height, ahead, workMs, capBytes }) => {
  const context = Object.assign(document.querySelector('canvas'), { width: 1400, height: 900 }).getContext('2d');
  const start = performance.now();
  const addresses = (list === null ? urls : await (await fetch(list)).json()).map((url, index) => ({ imageId: index + 1, width, height, sizeBytes: ${IMAGE_BYTES}, url, previewUrl: null, expiresAt: Infinity }));
  const pictures = new PictureLoader({ fetch: (url, init) => fetch(url, init), decode: (blob) => createImageBitmap(blob), sign: () => Promise.reject(new Error('expired')), capBytes });
  const waits = [];
  for (const [index, image] of addresses.entries()) {
    const from = index === 0 ? start : performance.now();
    await pictures.show(image, ({ bitmap }) => context.drawImage(bitmap, 0, 0, 1400, 900));
    await painted();
    waits.push(performance.now() - from);
    if (ahead === 0) continue;
    pictures.prefetch(addresses.slice(index + 1, index + 1 + ahead));
    await new Promise((resolve) => setTimeout(resolve, workMs));
  }
  pictures.close();
  return waits;
};
window.ready = true;
`;

/** JPEGs of about the same size that are all different: a gradient under noise. */
async function pictures(count) {
  const { default: sharp } = await import('sharp');
  const { width, height } = SIZE;
  const make = async (index) => {
    const noise = await sharp({ create: { width, height, channels: 3, background: { r: 110 + index, g: 120, b: 130 }, noise: { type: 'gaussian', mean: 128, sigma: 14 } } }).jpeg({ quality: 55 }).toBuffer();
    return noise.length < IMAGE_BYTES ? Buffer.concat([noise, Buffer.alloc(IMAGE_BYTES - noise.length)]) : noise;
  };
  const few = await Promise.all(Array.from({ length: Math.min(count, 10) }, (_, index) => make(index)));
  return Array.from({ length: count }, (_, index) => few[index % few.length]);
}

/** The labeler's loader as the page would have it, and an origin of its own for the page. */
async function startSite() {
  const { build } = await import('vite');
  const entry = join(HERE, 'apps/labeler/src/engine/images/index.ts');
  const [{ output }] = [await build({ configFile: false, logLevel: 'error', build: { write: false, lib: { entry, formats: ['es'], fileName: 'loader' } } })].flat();
  const bodies = { '/loader': ['text/javascript', output[0].code], '/page.js': ['text/javascript', SCRIPT], '/': ['text/html', '<!doctype html><link rel="icon" href="data:,"><canvas></canvas><script type="module" src="/page.js"></script>'] };
  const server = createServer((request, response) => {
    const [type, body] = bodies[request.url] ?? ['text/plain', ''];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/** @returns {Promise<object[]>} rows for console.table; none, with a line that says so, where there is no browser */
export async function labelerImages({ quick }) {
  const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    process.stderr.write(`SKIPPED: images in the labeler, because there is no browser at ${executablePath}. Set CHROME_PATH.\n`);
    return [];
  }
  const images = quick ? 20 : 100;
  const { startObjectStore } = await import(new URL('../../dist/standalone/libs/local-services/src/index.js', import.meta.url));
  const { S3ObjectStore, ensureBucketCors } = await import(new URL('../../dist/backend/libs/object-store/src/index.js', import.meta.url));
  const { chromium } = await import('playwright-core');
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  const credential = { accessKeyId: 'bench', secretAccessKey: 'bench-secret-access-key', mode: 'read-write' };
  const local = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: 'bench', credentials: [credential] });
  const options = { endpoint: local.endpoint, region: 'auto', bucket: 'bench', ...credential };
  const site = await startSite();
  const problem = await ensureBucketCors(options, [site.origin], 'set');
  if (problem !== null) throw new Error(problem);
  const store = new S3ObjectStore(options);
  const keys = Array.from({ length: images }, (_, index) => `datasets/bench/images/${String(index).padStart(6, '0')}.jpg`);
  for (const [index, bytes] of (await pictures(images)).entries()) await store.put(keys[index], bytes, { contentType: 'image/jpeg' });
  await mkdir(join(folder, 'kept'));
  const relay = fork(new URL('./image-access-server.mjs', import.meta.url), { env: { ...process.env, STORE: JSON.stringify(options), KEYS: JSON.stringify(keys), CACHE: join(folder, 'kept') } });
  const [{ url: serverUrl }] = await once(relay, 'message');
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'] });
  const run = { browser, origin: site.origin, relay, storeUrl: local.endpoint, serverUrl };
  const listed = (links) => ({ urls: [], list: `${links.server}/list?store=${links.store}` });
  const through = (path) => (links) => ({ urls: keys.map((key) => `${links.server}/${path}?key=${key}`), list: null });
  try {
    const rows = [];
    const add = async (design, addresses, ahead = 0) => rows.push(rowOf(design, await visited(run, addresses, ahead), images));
    await add('direct: presigned URLs', listed);
    await add('relayed by the server', through('relay'));
    await visited(run, through('kept'), 0);
    await add('relayed, found in its cache', through('kept'));
    await add(`direct, ${AHEAD} ahead, ${WORK_MS} ms of work an image (goal: ${GOAL} s)`, listed, AHEAD);
    return rows;
  } finally {
    await browser.close();
    relay.disconnect();
    site.server.close();
    store.close();
    await local.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function cpuOf(relay) {
  relay.send('cpu');
  const [{ cpu }] = await once(relay, 'message');
  return (cpu.user + cpu.system) / 1000;
}

/** One session: new connections, an empty cache of the browser, then image after image. */
async function visited({ browser, origin, relay, storeUrl, serverUrl }, addresses, ahead) {
  const [storeLink, serverLink] = [await slowLink(storeUrl, LINK), await slowLink(serverUrl, LINK)];
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(origin);
    await page.waitForFunction('window.ready === true');
    const cpu = await cpuOf(relay);
    const settings = { ...addresses({ store: storeLink.url, server: serverLink.url }), ...SIZE, ahead, workMs: WORK_MS, capBytes: CAP_BYTES };
    const waits = await page.evaluate(`window.visit(${JSON.stringify(settings)})`);
    return { waits, cpu: (await cpuOf(relay)) - cpu, megabytes: serverLink.bytes() / 1e6 };
  } finally {
    await context.close();
    for (const link of [storeLink, serverLink]) link.close();
  }
}

function rowOf(design, { waits, cpu, megabytes }, images) {
  const total = waits.reduce((sum, one) => sum + one, 0);
  return {
    'in the labeler': design,
    'first image': `${waits[0].toFixed(0)} ms`,
    'next image': `${median(waits.slice(1)).toFixed(0)} ms`,
    '99 of 100': `${share(waits.slice(1), 0.99).toFixed(0)} ms`,
    // The first image is waited for once, however many follow.
    'waiting, 100 images': `${((waits[0] + ((total - waits[0]) / (images - 1)) * 99) / 1000).toFixed(1)} s`,
    'server CPU, 100 images': `${((cpu / images) * 100).toFixed(0)} ms`,
    'through the server, 100 images': `${((megabytes / images) * 100).toFixed(1)} MB`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await labelerImages({ quick: process.argv.includes('--quick') }));
