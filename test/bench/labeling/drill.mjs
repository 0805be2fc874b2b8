// Labels 20 photos through the pages only, with pointer and keys, and counts what a person would have done (docs/labeling-drill.md).
//   node test/bench/labeling/drill.mjs [--keep FOLDER] [--shots FOLDER]       needs a build, Chromium and ../shared/data/raccoon-voc
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { logIn, need, startBrowser, startProduct } from '../driven-product.mjs';
import { actionsOf, Hand, modelSecondsOf } from './hand.mjs';
import { SEEN } from './seen.mjs';
import { zipText } from './zip-text.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');
const VOC = process.env.RACCOONS ?? resolve(ROOT, '../shared/data/raccoon-voc');
const NAMES = Object.keys(SEEN);
const BOXES = Object.values(SEEN).flat().length;
const argument = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : null);

const button = (page, name) => page.getByRole('button', { name, exact: true });

/** From the list of datasets to the first photo in the labeler. */
async function prepare(page, hand, { shots }) {
  await hand.click(button(page, 'New dataset'));
  await page.getByRole('textbox', { name: 'Name' }).waitFor();
  await hand.type('Raccoons');
  await hand.click(page.getByRole('textbox', { name: 'Classes' }));
  await hand.type('raccoon');
  await hand.click(button(page, 'Make dataset'));
  const chooser = page.waitForEvent('filechooser');
  await hand.click(button(page, 'Choose images'));
  await (await chooser).setFiles(NAMES.map((name) => join(VOC, 'images', name)));
  await page.getByText('20 images added').waitFor();
  if (shots !== null) await page.screenshot({ path: join(shots, 'upload.png') });
  await hand.click(page.getByRole('button', { name: 'Label', exact: true }));
}

const shownPhoto = async (page) => (await page.locator('h1').textContent()).split('› ').at(-1).trim();

async function ready(page) {
  await page.waitForSelector('main[data-phase=ready]');
  await page.waitForFunction(() => document.querySelector('[data-labeler-canvas] canvas') !== null);
}

/** Where places of the photo are on the screen: the page says what is under the pointer. A person sees it. */
async function eyes(page) {
  const area = await page.locator('[data-labeler-canvas]').boundingBox();
  const at = async (x, y) => {
    await page.mouse.move(x, y);
    const [, left, top] = /(-?[\d.]+), (-?[\d.]+)/.exec(await page.textContent('[data-readout]'));
    return { x: Number(left), y: Number(top) };
  };
  const [from, to] = [{ x: area.x + 40, y: area.y + 40 }, { x: area.x + area.width - 40, y: area.y + area.height - 40 }];
  const [first, second] = [await at(from.x, from.y), await at(to.x, to.y)];
  const [sx, sy] = [(to.x - from.x) / (second.x - first.x), (to.y - from.y) / (second.y - first.y)];
  return (x, y) => ({ x: from.x + (x - first.x) * sx, y: from.y + (y - first.y) * sy });
}

/** What the data set says of a photo: its size and its boxes, whose corners are pixels counted from 1. */
function vocOf(name) {
  const xml = readFileSync(join(VOC, 'annotations', name.replace('.jpg', '.xml')), 'utf8');
  const all = (tag) => [...xml.matchAll(new RegExp(`<${tag}>(\\d+)`, 'g'))].map((found) => Number(found[1]));
  const [lefts, tops, rights, bottoms] = ['xmin', 'ymin', 'xmax', 'ymax'].map(all);
  return { width: all('width')[0], height: all('height')[0], boxes: lefts.map((left, at) => [left - 1, tops[at] - 1, rights[at] - left + 1, bottoms[at] - tops[at] + 1]) };
}

async function labelOne(page, hand) {
  await ready(page);
  const name = await shownPhoto(page);
  const { width, height } = vocOf(name);
  const toScreen = await eyes(page);
  for (const [left, top, right, bottom] of SEEN[name]) {
    // As somebody looks which tool is lit.
    if ((await button(page, 'Box').getAttribute('aria-pressed')) !== 'true') await hand.key('b');
    await hand.drag(toScreen(left * width, top * height), toScreen(right * width, bottom * height));
  }
}

function overlap([ax, ay, aw, ah], [bx, by, bw, bh]) {
  const w = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const h = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return (w * h) / (aw * ah + bw * bh - w * h);
}

/** The labels as the page exports them; kept where somebody wants them, and compared with the boxes of the data set. */
async function exported(page) {
  await page.getByRole('link', { name: 'Images', exact: true }).first().click();
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await button(page, 'Export').click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'COCO' }).click();
  const zip = await readFile(await (await download).path());
  const coco = JSON.parse(await zipText(zip, /(instances|annotations)[^/]*\.json$/));
  const keep = argument('--keep');
  if (keep !== null) await writeFile(join(keep, 'raccoons.coco.json'), `${JSON.stringify(coco, null, 1)}\n`);
  return coco.images.flatMap(({ id, file_name: file }) => {
    const name = NAMES.find((one) => file.endsWith(one));
    const drawn = coco.annotations.filter((one) => one.image_id === id);
    if (drawn.length !== SEEN[name].length) throw new Error(`${name} has ${drawn.length} boxes`);
    return vocOf(name).boxes.map((box) => Math.max(...drawn.map((one) => overlap(one.bbox, box))));
  });
}

need(join(VOC, 'images', NAMES[0]), `The photos are not at ${VOC}; set RACCOONS to a copy of raccoon-voc.`);
const shots = argument('--shots');
if (shots !== null) await mkdir(shots, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'vision-drill-'));
await chmod(folder, 0o711);
const product = await startProduct(folder);
const browser = await startBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, locale: 'en-US', reducedMotion: 'reduce', acceptDownloads: true });
  const hand = new Hand(page);
  await logIn(page, product);
  await prepare(page, hand, { shots });
  const prepared = hand.take();
  await ready(page);
  const began = performance.now();
  let waited = 0;
  for (let index = 0; index < NAMES.length; index += 1) {
    await labelOne(page, hand);
    if (shots !== null) await page.screenshot({ path: join(shots, `${index + 1}.png`) });
    if (index === NAMES.length - 1) break;
    const before = page.url();
    const asked = performance.now();
    await hand.key('d');
    await page.waitForFunction((url) => location.href !== url, before);
    await ready(page);
    waited += performance.now() - asked;
  }
  await page.waitForSelector('[data-save-state=saved]');
  const machine = (performance.now() - began) / 1000;
  const labeled = hand.take();
  const ious = await exported(page);
  process.stdout.write(`${JSON.stringify({ prepared, labeled, actionsABox: actionsOf(labeled) / BOXES, modelSecondsABox: modelSecondsOf(labeled) / BOXES, waitedSeconds: waited / 1000, machineSeconds: machine, iou: { mean: ious.reduce((sum, one) => sum + one, 0) / ious.length, least: Math.min(...ious) } }, null, 1)}\n`);
} catch (error) {
  const [context] = browser.contexts();
  if (shots !== null) await context?.pages()[0]?.screenshot({ path: join(shots, 'failed.png') });
  throw error;
} finally {
  await browser.close();
  await product.stop();
  await rm(folder, { recursive: true, force: true });
}
