// Images a CPU-second of what the image worker does to one (hash, decode, preview, thumbnail), against two plain ways, interleaved in one run.
//   node scripts/build.mjs && node test/bench/image-worker.mjs [--quick]
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

const PROGRAM = new URL('../../dist/backend/apps/backend/src/modules/dataset/infrastructure/image-worker/decode-image.js', import.meta.url);
if (!existsSync(PROGRAM)) {
  process.stderr.write('Nothing is built yet: run `node scripts/build.mjs` once.\n');
  process.exit(1);
}
const { decodeImage, PREVIEW_SIDE, THUMBNAIL_SIDE } = await import(PROGRAM);
const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 3 : 7;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Something like a photo: smooth areas, edges, some grain; the same in every run. */
async function photo(width, height) {
  const coarse = createHash('shake256', { outputLength: 24 * 18 * 3 }).update('photo').digest();
  const grain = createHash('shake256', { outputLength: 256 * 256 }).update('grain').digest();
  const tile = await sharp(grain, { raw: { width: 256, height: 256, channels: 1 } }).linear(0.15, 108).png().toBuffer();
  const base = await sharp(coarse, { raw: { width: 24, height: 18, channels: 3 } }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).png({ compressionLevel: 1 }).toBuffer();
  return sharp(base).composite([{ input: tile, tile: true, blend: 'overlay' }]).jpeg({ quality: 88 }).toBuffer();
}

const scaled = (bytes, side) => sharp(bytes).autoOrient().resize(side, side, { fit: 'inside', withoutEnlargement: true }).webp({ quality: 80, effort: 2 }).toBuffer();
const ways = {
  'the image worker (SHA-256, CRC-32, preview, thumbnail)': async (bytes) => {
    createHash('sha256').update(bytes).digest();
    crc32(bytes);
    await decodeImage(bytes);
  },
  'preview and thumbnail, decoded twice by plain sharp': async (bytes) => {
    await scaled(bytes, PREVIEW_SIDE);
    await scaled(bytes, THUMBNAIL_SIDE);
  },
  'a thumbnail alone by plain sharp': (bytes) => scaled(bytes, THUMBNAIL_SIDE),
};

const rows = [];
for (const [name, width, height, count] of [['640 x 480', 640, 480, 40], ['12 Mpx', 4000, 3000, 6], ['100 Mpx', 12_500, 8_000, 1]]) {
  const bytes = await photo(width, height);
  const spent = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [way, run] of Object.entries(ways)) {
      const before = process.cpuUsage();
      for (let done = 0; done < count; done += 1) await run(bytes);
      const used = process.cpuUsage(before);
      spent[way].push((used.user + used.system) / 1e6);
    }
  }
  const rates = Object.entries(spent).map(([way, seconds]) => [way, count / median(seconds)]);
  for (const [way, rate] of rates) rows.push({ image: `${name}, ${(bytes.length / 1e6).toFixed(2)} MB`, way, 'images a CPU-second': rate.toPrecision(3), 'of the first': (rate / rates[0][1]).toFixed(2) });
}
rows.push({ image: 'all', way: 'highest memory of this process', 'images a CPU-second': `${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`, 'of the first': '' });
console.table(rows);
