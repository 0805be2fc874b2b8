// Takes the pictures of the READMEs anew: starts the built product in a temporary folder and drives it as a user would.
//   npm run screenshots        needs a build (`npm start` once) and Chromium (CHROME_PATH, default /usr/bin/chromium)
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const ROOT = resolve(import.meta.dirname, '..');
const ENTRY = join(ROOT, 'dist/standalone/apps/standalone/src/main.js');
const PICTURES = join(ROOT, 'docs/img');
const CHROME = process.env.CHROME_PATH ?? '/usr/bin/chromium';
const VIEW = { width: 1280, height: 900 };
const MOST_BYTES = 300_000;
const EPOCHS = 20;
/** Enough of the curve to be seen, while the training still runs. */
const SHOWN_EPOCH = 9;
const TRAINING_MILLISECONDS = 240_000;
const LOOKS = [
  { name: 'training-en', locale: 'en-US', colorScheme: 'light' },
  { name: 'training-ko', locale: 'ko-KR', colorScheme: 'light' },
];

function need(path, sentence) {
  if (existsSync(path)) return;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

async function startProduct(folder) {
  const child = spawn(process.execPath, [ENTRY, '--data', join(folder, 'data'), '--port', '0', '--json'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line').then(([line]) => line), ended.then(() => null)]);
  if (first === null) throw new Error('the product did not start: see `npm start`');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ...JSON.parse(first), stop };
}

/** MNIST as people have it: by the convert command, through the API. */
async function seed({ url, admin }, folder) {
  const zip = join(folder, 'mnist.zip');
  const made = spawnSync(process.execPath, [join(ROOT, 'scripts/convert.mjs'), 'mnist', zip, '--train', '2000', '--val', '500'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (made.status !== 0) throw new Error('MNIST could not be converted');
  const call = async (path, init) => {
    const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', ...init });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const json = (body) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const { access_token: token } = await call('auth/login', json(admin));
  const authorization = { authorization: `Bearer ${token}` };
  const form = new FormData();
  form.set('file', new Blob([await readFile(zip)]), 'mnist.zip');
  const dataset = await call('datasets/upload', { body: form, headers: authorization });
  const start = () => call('training/start', { ...json({ dataset_id: dataset.id, hyperparameters: { epochs: EPOCHS } }), headers: { ...authorization, 'content-type': 'application/json' } });
  const cancel = ({ id }) => call(`training/jobs/${id}/cancel`, { headers: authorization });
  return { start, cancel };
}

async function logIn(page, { url, admin }) {
  await page.goto(url);
  await page.fill('input[name=email]', admin.email);
  await page.fill('input[name=password]', admin.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('article');
}

/** The job page in mid-training, with the pointer nowhere and no note in the way. */
async function takePicture(browser, product, { start, cancel }, look) {
  const context = await browser.newContext({ viewport: VIEW, deviceScaleFactor: 1.5, reducedMotion: 'reduce', locale: look.locale, colorScheme: look.colorScheme });
  const page = await context.newPage();
  await logIn(page, product);
  const job = await start();
  await page.goto(`${product.url}/training/${job.id}`);
  await page.locator('figure').first().waitFor({ timeout: TRAINING_MILLISECONDS });
  await page.waitForFunction((epochs) => document.querySelectorAll('tbody tr:has(a[href])').length >= epochs, SHOWN_EPOCH, { timeout: TRAINING_MILLISECONDS });
  const bytes = await sharp(await page.screenshot()).png({ palette: true, colours: 128, effort: 10 }).toBuffer();
  if (bytes.length > MOST_BYTES) throw new Error(`${look.name}.png has ${bytes.length} bytes; ${MOST_BYTES} at most`);
  await writeFile(join(PICTURES, `${look.name}.png`), bytes);
  await context.close();
  // One training at a time: the next picture waits for no other.
  await cancel(job);
}

need(ENTRY, 'Nothing is built yet; run `npm start` or `node scripts/build.mjs` once.');
need(CHROME, `There is no browser at ${CHROME}; set CHROME_PATH.`);
const folder = await mkdtemp(join(tmpdir(), 'vision-pictures-'));
// Where it runs as root, Postgres is another user: it must reach its folder.
await chmod(folder, 0o711);
await mkdir(PICTURES, { recursive: true });
const product = await startProduct(folder);
const browser = await chromium.launch({ executablePath: CHROME, args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
try {
  const trainings = await seed(product, folder);
  for (const look of LOOKS) {
    await takePicture(browser, product, trainings, look);
    const { size } = await stat(join(PICTURES, `${look.name}.png`));
    process.stdout.write(`docs/img/${look.name}.png: ${Math.round(size / 1000)} kB\n`);
  }
} finally {
  await browser.close();
  await product.stop();
  await rm(folder, { recursive: true, force: true });
}
