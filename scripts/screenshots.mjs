// Takes the pictures of the READMEs anew: starts the built product in a temporary folder and drives it as a user would.
//   npm run screenshots [-- --only training|pages]      needs a build (`npm start` once) and Chromium (CHROME_PATH, default /usr/bin/chromium)
//   npm run screenshots -- --all FOLDER                  every page in both themes and on a telephone, to be looked at
// The pages show photos of ../shared/data/raccoon-voc (or RACCOONS); without them only the training is taken.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { logIn, startBrowser, startProduct } from '../test/bench/driven-product.mjs';
import { pagesOf, showPage } from './screenshots/pages.mjs';
import { apiOf, seedLabels } from './screenshots/seed.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const PICTURES = join(ROOT, 'docs/img');
const PHOTOS = process.env.RACCOONS ?? resolve(ROOT, '../shared/data/raccoon-voc');
const VIEW = { width: 1280, height: 900 };
const TELEPHONE = { width: 390, height: 800 };
const MOST_BYTES = 300_000;
const EPOCHS = 20;
/** Enough of the curve to be seen, while the training still runs. */
const SHOWN_EPOCH = 9;
const TRAINING_MILLISECONDS = 240_000;
const TRAININGS = [
  { name: 'training-en', locale: 'en-US', colorScheme: 'light' },
  { name: 'training-ko', locale: 'ko-KR', colorScheme: 'light' },
];
/** Those of the READMEs. */
const SHOWN = [
  { page: 'labeler-box', name: 'labeler-en', locale: 'en-US', colorScheme: 'dark' },
  { page: 'labeler-box', name: 'labeler-ko', locale: 'ko-KR', colorScheme: 'dark' },
  { page: 'gallery', name: 'gallery-en', locale: 'en-US', colorScheme: 'light' },
  { page: 'labeler-mask', name: 'masks-en', locale: 'en-US', colorScheme: 'light' },
  { page: 'compare', name: 'compare-en', locale: 'en-US', colorScheme: 'light' },
];
const MOST_BYTES_PAGE = 150_000;

const argument = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : null);

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
  process.stdout.write(`docs/img/${look.name}.png: ${Math.round(bytes.length / 1000)} kB\n`);
  await context.close();
  // One training at a time: the next picture waits for no other.
  await cancel(job);
}

/** One picture of a page in a context of its own. */
async function pictureOf(browser, { product, call, sets }, { page: shown, look, viewport = VIEW }) {
  const context = await browser.newContext({ viewport, deviceScaleFactor: 1.25, reducedMotion: 'reduce', ...look });
  const first = await context.newPage();
  await logIn(first, product);
  const page = await showPage(context, { url: product.url, call, sets, page: shown });
  const png = await page.screenshot();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await context.close();
  return { png, wider };
}

async function takePages(browser, product, folder) {
  const call = await apiOf(product);
  const sets = await seedLabels(call, PHOTOS);
  const pages = pagesOf(sets);
  const world = { product, call, sets };
  if (folder !== null) return takeAll(browser, world, { pages, folder });
  for (const { page: name, name: file, ...look } of SHOWN) {
    const { png } = await pictureOf(browser, world, { page: pages.find((one) => one.name === name), look });
    const bytes = await sharp(png).resize(VIEW.width).webp({ quality: 80, effort: 6 }).toBuffer();
    if (bytes.length > MOST_BYTES_PAGE) throw new Error(`${file}.webp has ${bytes.length} bytes; ${MOST_BYTES_PAGE} at most`);
    await writeFile(join(PICTURES, `${file}.webp`), bytes);
    process.stdout.write(`docs/img/${file}.webp: ${Math.round(bytes.length / 1000)} kB\n`);
  }
}

async function takeAll(browser, world, { pages, folder }) {
  await mkdir(folder, { recursive: true });
  const looks = [
    { suffix: 'light', look: { locale: 'en-US', colorScheme: 'light' } },
    { suffix: 'dark', look: { locale: 'ko-KR', colorScheme: 'dark' } },
    { suffix: 'telephone', look: { locale: 'en-US', colorScheme: 'light', hasTouch: true }, viewport: TELEPHONE },
  ];
  const wanted = argument('--pages')?.split(',') ?? pages.map((one) => one.name);
  for (const page of pages.filter((one) => wanted.includes(one.name))) {
    for (const { suffix, ...how } of looks) {
      try {
        const { png, wider } = await pictureOf(browser, world, { page, ...how });
        await writeFile(join(folder, `${page.name}-${suffix}.png`), png);
        process.stdout.write(`${page.name}-${suffix}${wider > 0 ? `: ${wider} px wider than the window` : ''}\n`);
      } catch (error) {
        process.exitCode = 1;
        process.stderr.write(`${page.name}-${suffix}: ${error.message.split('\n')[0]}\n`);
      }
    }
  }
}

async function takeTrainings(browser, product, folder) {
  const trainings = await seed(product, folder);
  for (const look of TRAININGS) await takePicture(browser, product, trainings, look);
}

const only = argument('--only');
const all = argument('--all');
const hasPhotos = existsSync(PHOTOS);
if (!hasPhotos) process.stderr.write(`SKIPPED: the pages with photos, because there are none at ${PHOTOS}. Set RACCOONS.\n`);
const folder = await mkdtemp(join(tmpdir(), 'vision-pictures-'));
// Where it runs as root, Postgres is another user: it must reach its folder.
await chmod(folder, 0o711);
await mkdir(PICTURES, { recursive: true });
const product = await startProduct(folder);
const browser = await startBrowser();
try {
  if (hasPhotos && only !== 'training') await takePages(browser, product, all);
  if (all === null && only !== 'pages') await takeTrainings(browser, product, folder);
} finally {
  await browser.close();
  await product.stop();
  await rm(folder, { recursive: true, force: true });
}
