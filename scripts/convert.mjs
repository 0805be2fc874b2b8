// Makes a DICE zip of a dataset in another form. Needs a build: `npm start` or `node scripts/build.mjs` once.
//   npm run convert -- FORM DIR OUT.zip        FORM: auto, coco, yolo (folders of classes too), voc, labelme, cvat, label-studio
//   npm run convert -- mnist OUT.zip [--train 8000] [--val 2000]
import { createWriteStream, existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';

const LIBS = new URL('../dist/backend/libs/', import.meta.url);
const MNIST = new URL('../node_modules/mnist/src/digits/', import.meta.url);
const SIDE = 28;

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

async function* filesUnder(folder) {
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile() && !entry.name.startsWith('.')) yield path;
  }
}

async function readFolder(folder) {
  if (!existsSync(folder)) fail(`There is no folder ${folder}.`);
  const files = [];
  for await (const path of filesUnder(folder)) files.push({ path: relative(folder, path).split(sep).join('/'), bytes: await readFile(path) });
  return files;
}

/** The digits of the npm package `mnist`, mixed by a fixed rule, as PNG files in folders of classes. */
async function mnistFiles(encodePng, counts) {
  const digits = [];
  for (let digit = 0; digit < 10; digit += 1) {
    const { data } = JSON.parse(await readFile(new URL(`${digit}.json`, MNIST), 'utf8'));
    for (let at = 0; at + SIDE * SIDE <= data.length; at += SIDE * SIDE) digits.push({ digit, pixels: Uint8Array.from(data.slice(at, at + SIDE * SIDE), (value) => Math.round(value * 255)) });
  }
  let state = 42;
  for (let last = digits.length - 1; last > 0; last -= 1) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    [digits[last], digits[state % (last + 1)]] = [digits[state % (last + 1)], digits[last]];
  }
  if (counts.train + counts.val > digits.length) fail(`The package mnist has ${digits.length} digits; ${counts.train + counts.val} were asked for.`);
  return digits.slice(0, counts.train + counts.val).map(({ digit, pixels }, index) => ({
    path: `${index < counts.train ? 'train' : 'val'}/${digit}/${String(index).padStart(5, '0')}.png`,
    bytes: encodePng(pixels, { width: SIDE, height: SIDE, channels: 1 }),
  }));
}

async function datasetOf(kind, positionals, values) {
  const formats = await import(new URL('dataset-formats/src/index.js', LIBS));
  const facts = (name) => ({ name, createdAt: '2026-01-01T00:00:00Z' });
  if (kind === 'mnist') {
    const files = await mnistFiles(dice.encodePng, { train: Number(values.train), val: Number(values.val) });
    return { out: positionals[0], dataset: await formats.convert(files, formats.codecOf('yolo'), facts('MNIST')) };
  }
  const [folder, out] = positionals;
  const files = await readFolder(folder ?? '');
  const known = ['auto', ...formats.FORMAT_NAMES];
  if (!known.includes(kind)) fail(`Known forms are mnist, ${known.join(', ')}.`);
  const codec = kind === 'auto' ? await formats.recognise(formats.treeOfBytes(files)) : formats.codecOf(kind);
  return { out, dataset: await formats.convert(files, codec, facts(basename(folder))) };
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { train: { type: 'string', default: '8000' }, val: { type: 'string', default: '2000' } } });
const [kind, ...rest] = positionals;
if (kind === undefined) fail('Say what to convert: a form, a folder and OUT.zip (`auto DIR OUT.zip` looks for itself), or mnist OUT.zip.');
if (!existsSync(LIBS)) fail('The converter is not built yet: run `node scripts/build.mjs` once.');

const dice = await import(new URL('dice-format/src/index.js', LIBS));
const { out, dataset } = await datasetOf(kind === 'imagenet-folder' ? 'yolo' : kind, rest, values).catch((error) => {
  for (const finding of error.findings ?? []) process.stderr.write(`${finding.entry ?? ''}${finding.pointer ?? ''}: ${finding.message}\n`);
  return fail(error.detail ?? error.message);
});
if (out === undefined) fail('Say where the zip shall go.');
const { entries, notes } = dice.toDicePackage(dataset);
const { plannedZip } = await import(new URL('archive/src/index.js', LIBS));
const zip = plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
try {
  await pipeline(Readable.from(zip.stream()), createWriteStream(out));
} catch (error) {
  await rm(out, { force: true });
  fail(`${out} cannot be written: ${error.message}.`);
}
for (const note of notes.slice(0, 20)) process.stderr.write(`left out: ${note.path}: ${note.reason}\n`);
process.stdout.write(`${out}: ${entries.length - 2} images, ${dataset.classNames.length} classes, ${dataset.taskType}, ${zip.sizeBytes} bytes\n`);
