// The same boxes on labelme, driven by pointer and keys, and counted the same way (docs/labeling-drill.md).
//   node test/bench/labeling/labelme.mjs      needs the Debian packages labelme, xvfb, openbox, xdotool and ../shared/data/raccoon-voc
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { need } from '../driven-product.mjs';
import { actionsOf, modelSecondsOf } from './hand.mjs';
import { SEEN } from './seen.mjs';

const VOC = process.env.RACCOONS ?? resolve(import.meta.dirname, '../../../../shared/data/raccoon-voc');
const NAMES = ['raccoon-1.jpg', 'raccoon-10.jpg', 'raccoon-101.jpg', 'raccoon-106.jpg'];
const DISPLAY = ':77';
/** Where its window of 1280 x 860 shows the photo. */
const CANVAS = { x: 87, y: 43, width: 930, height: 814 };
// As it is installed it asks twice a photo in dialogs, which lose keys of xdotool now and then: that is counted by hand (docs/labeling-drill.md).
const SETUPS = [
  { name: 'tuned', options: ['--autosave', '--labels', 'raccoon'], names: NAMES },
];

need(join(VOC, 'images', NAMES[0]), `The photos are not at ${VOC}; set RACCOONS to a copy of raccoon-voc.`);
for (const program of ['labelme', 'Xvfb', 'openbox', 'xdotool']) need(join('/usr/bin', program), `${program} is not installed: apt-get install labelme xvfb openbox xdotool`);

/** A keyboard and a mouse before labelme, which count. */
class Desk {
  counts = { clicks: 0, drags: 0, keys: 0 };

  constructor(environment) {
    this.environment = environment;
  }
  do(...words) {
    return spawnSync('xdotool', words, { env: this.environment, encoding: 'utf8' }).stdout.trim();
  }
  async key(name) {
    this.counts.keys += 1;
    this.do('key', '--clearmodifiers', name);
    await sleep(900);
  }
  async click({ x, y }) {
    this.counts.clicks += 1;
    this.do('mousemove', String(Math.round(x)), String(Math.round(y)));
    await sleep(400);
    this.do('click', '1');
    await sleep(700);
  }
}

async function labelAll(desk, { names }) {
  // The label of the list stays chosen.
  await desk.click({ x: 1060, y: 272 });
  await desk.key('ctrl+r');
  for (const [index, name] of names.entries()) {
    const { width, height } = await sharp(join(VOC, 'images', name)).metadata();
    const scale = Math.min(CANVAS.width / width, CANVAS.height / height);
    const at = (x, y) => ({ x: CANVAS.x + (CANVAS.width - width * scale) / 2 + x * width * scale, y: CANVAS.y + (CANVAS.height - height * scale) / 2 + y * height * scale });
    const [left, top, right, bottom] = SEEN[name][0].map((part) => Math.min(0.98, Math.max(0.02, part)));
    await desk.click(at(left, top));
    await desk.click(at(right, bottom));
    if (index < names.length - 1) await desk.key('d');
  }
}

async function waitForWindow(desk) {
  for (let tries = 0; tries < 40; tries += 1) {
    const [found] = desk.do('search', '--onlyvisible', '--name', 'labelme').split('\n');
    if (found !== '') return found;
    await sleep(500);
  }
  throw new Error('labelme did not open a window');
}

async function drill(setup) {
  const folder = await mkdtemp(join(tmpdir(), 'vision-labelme-'));
  const [photos, out, home, config] = ['photos', 'out', 'home', 'config.yaml'].map((name) => join(folder, name));
  for (const one of [photos, out, home]) await mkdir(one);
  for (const name of setup.names) await cp(join(VOC, 'images', name), join(photos, name));
  await writeFile(config, 'display_label_popup: false\n');
  const environment = { ...process.env, DISPLAY, HOME: home };
  const started = [];
  const start = (program, ...options) => started.push(spawn(program, options, { env: environment, stdio: 'ignore' }));
  try {
    start('Xvfb', DISPLAY, '-screen', '0', '1280x860x24');
    await sleep(1000);
    start('openbox');
    await sleep(500);
    start('labelme', photos, '--output', out, '--nodata', '--config', config, ...setup.options);
    const desk = new Desk(environment);
    const window = await waitForWindow(desk);
    desk.do('windowsize', window, '1280', '860', 'windowmove', window, '0', '0', 'windowactivate', window);
    await sleep(2000);
    await labelAll(desk, setup);
    await sleep(1000);
    const saved = (await readdir(out)).length;
    if (saved !== setup.names.length) throw new Error(`labelme saved ${saved} of ${setup.names.length} files`);
    return { ...desk.counts, actionsABox: actionsOf(desk.counts) / setup.names.length, modelSecondsABox: modelSecondsOf(desk.counts) / setup.names.length };
  } finally {
    for (const one of started.reverse()) one.kill();
    await sleep(500);
    await rm(folder, { recursive: true, force: true });
  }
}

for (const setup of SETUPS) process.stdout.write(`labelme, ${setup.name}: ${JSON.stringify(await drill(setup))}\n`);
