// Masks of the labeler, 12 megapixels and 20 classes: what a save costs in the worker, and what a stroke costs until it can be shown.
//   node test/bench/labeler-masks.mjs [--quick]     needs `node scripts/build.mjs`
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SIZE = { width: 4_000, height: 3_000 };
const CLASSES = 20;
const ENTRY = ['kernels/label-map', 'kernels/run-lengths', 'kernels/brush', 'kernels/flood', 'kernels/merge-masks', 'kernels/patch', 'kernels/colours', 'worker/mask-core'];
const MASKS = fileURLToPath(new URL('../../apps/labeler/src/engine/masks/', import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The labeler's own code, as a bundler reads it. */
async function labelerMaskCode() {
  const { build } = await import('vite');
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  const entry = join(folder, 'entry.ts');
  await writeFile(entry, ENTRY.map((name) => `export * from ${JSON.stringify(`${MASKS}${name}.ts`)};`).join('\n'));
  const [{ output }] = [await build({ configFile: false, logLevel: 'error', build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'masks' } } })].flat();
  const file = join(folder, 'masks.mjs');
  await writeFile(file, output[0].code);
  const code = await import(pathToFileURL(file).href);
  await rm(folder, { recursive: true, force: true });
  return code;
}

/** Sixty blots with ragged outlines, as somebody paints them: half of the image. */
function painted({ LabelMap, inside, sweepBrush }) {
  const map = new LabelMap(SIZE);
  let state = 7;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  for (let blot = 0; blot < 60; blot += 1) {
    const value = 1 + (blot % CLASSES);
    const [x, y, reach] = [random() * SIZE.width, random() * SIZE.height, 60 + random() * 260];
    const fill = inside(SIZE, (column, top, bottom) => map.pixels.fill(value, column * SIZE.height + top, column * SIZE.height + bottom));
    for (let dab = 0; dab < 40; dab += 1) {
      const [angle, far] = [random() * 2 * Math.PI, random() * reach];
      const at = { x: x + Math.cos(angle) * far, y: y + Math.sin(angle) * far };
      sweepBrush({ from: at, to: at, diameter: 40 + Math.floor(random() * 100) }, fill);
    }
  }
  return map;
}

/** CPU milliseconds of this process. */
function cpuOf(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @returns {Promise<object[]>} rows for console.table */
export async function labelerMasks({ quick }) {
  const code = await labelerMaskCode();
  const { layersOfLabelMap, labelMapOf } = await import(new URL('../../dist/backend/libs/dice-format/src/index.js', import.meta.url));
  const map = painted(code);
  const layers = code.encodeLayers(map);
  const byRow = labelMapOf(layers, SIZE);
  const rounds = quick ? 5 : 15;
  const rows = [];
  const compare = (what, { ours, theirs, name, goal }) => {
    const [own, other] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      own.push(cpuOf(ours));
      other.push(cpuOf(theirs));
    }
    rows.push({ what: `${what} (goal: ${goal})`, this: `${median(own).toFixed(1)} ms CPU`, baseline: `${median(other).toFixed(1)} ms CPU`, 'baseline is': name, ratio: (median(own) / median(other)).toFixed(2) });
  };
  compare('labeler: encode a mask of 12 MP, 20 classes', { ours: () => code.encodeLayers(map), theirs: () => layersOfLabelMap(byRow, SIZE), name: 'a map by rows, turned first', goal: '60 ms' });
  compare('labeler: read it', { ours: () => code.decodeLayers(layers, SIZE), theirs: () => labelMapOf(layers, SIZE), name: 'into a map by rows', goal: '60 ms' });
  const core = new code.MaskCore(() => undefined);
  core.handle({ kind: 'open', opening: 1, size: SIZE, layers, palette: code.paletteOf([]) });
  core.handle({ kind: 'begin', value: 3 });
  let x = 200;
  const move = () => {
    x = x > 3_700 ? 200 : x + 25;
    core.handle({ kind: 'sweep', sweeps: [{ from: { x, y: 1_500 }, to: { x: x + 25, y: 1_510 }, diameter: 80 }] });
  };
  const all = () => {
    for (let tile = 0; tile < map.tileCount; tile += 1) code.tileColours(map, tile, code.paletteOf([]));
  };
  compare('labeler: a stroke of 25 px by a brush of 80 px, coloured', { ours: move, theirs: all, name: 'all of the mask coloured', goal: '0.1' });
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await labelerMasks({ quick: process.argv.includes('--quick') }));
