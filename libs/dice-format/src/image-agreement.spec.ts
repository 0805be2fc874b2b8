import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { ImageSniffer, sniffImage, type SniffedImage } from './index.js';

/** What the header says and what the decoder makes of the same file: one upright size, one orientation, one number of channels. */
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const SHARED = resolve(import.meta.dirname, '../../../../shared/data');
const picture = (channels: 3 | 4 = 3): Sharp => sharp({ create: { width: 40, height: 24, channels, background: { r: 40, g: 90, b: 200, alpha: 0.5 } } });

function tiff(orientation: number, { little = true, type = 3 } = {}): Buffer {
  const bytes = Buffer.alloc(26);
  const short = (value: number, at: number): number => (little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at));
  const long = (value: number, at: number): number => (little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at));
  bytes.write(little ? 'II' : 'MM');
  short(42, 2);
  long(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(type, 12);
  long(1, 14);
  if (type === 4) long(orientation, 18);
  else if (type === 1) bytes.writeUInt8(orientation, 18);
  else short(orientation, 18);
  return bytes;
}

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
const exif = (block: Buffer): Buffer => segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]));
const after = (file: Buffer, at: number, ...parts: Buffer[]): Buffer => Buffer.concat([file.subarray(0, at), ...parts, file.subarray(at)]);

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

interface Facts {
  readonly size: string;
  readonly orientation: number;
  readonly channels: number;
}

async function decoded(file: Buffer): Promise<Facts | null> {
  try {
    const { orientation, channels } = await sharp(file).metadata();
    const { info } = await sharp(file, { failOn: 'error' }).rotate().raw().toBuffer({ resolveWithObject: true });
    return { size: `${info.width}x${info.height}`, orientation: orientation ?? 1, channels };
  } catch {
    return null;
  }
}

const said = (one: SniffedImage): Facts => ({ size: `${one.width}x${one.height}`, orientation: one.orientation, channels: one.channels });

/** In chunks of odd sizes, as a stream gives them. */
function streamed(file: Buffer, chunkBytes = 7919): ReturnType<ImageSniffer['finish']> {
  const sniffer = new ImageSniffer();
  for (let at = 0; at < file.length; at += chunkBytes) sniffer.push(file.subarray(at, at + chunkBytes));
  return sniffer.finish();
}

async function expectAgreement(file: Buffer): Promise<SniffedImage> {
  const sniffed = sniffImage(file);
  if (!sniffed.ok) throw new Error(`${sniffed.code}: ${sniffed.message}`);
  expect(said(sniffed)).toEqual(await decoded(file));
  for (const chunkBytes of [1000, 65_536, 70_001]) expect(streamed(file, chunkBytes)).toEqual(sniffed);
  return sniffed;
}

describe('header and decoder agree', () => {
  it('on JPEG: progressive, grey, CMYK', async () => {
    expect(await expectAgreement(await picture().jpeg({ progressive: true }).toBuffer())).toMatchObject({ width: 40, channels: 3 });
    expect(await expectAgreement(await picture().toColourspace('b-w').jpeg().toBuffer())).toMatchObject({ channels: 1 });
    expect(await expectAgreement(await picture().toColourspace('cmyk').jpeg().toBuffer())).toMatchObject({ channels: 4 });
  });

  it('on the orientation of a JPEG: either byte order, integers of any width, the first of two, behind profiles of 325 kB, behind the frame header', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const profile = Array.from({ length: 5 }, (_, index) => segment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0', 'latin1'), Buffer.from([index + 1, 5]), Buffer.alloc(65_000)])));
    for (const orientation of ORIENTATIONS) {
      for (const options of [{}, { little: false }, { type: 4 }, { type: 1 }]) {
        expect(await expectAgreement(after(jpeg, 2, exif(tiff(orientation, options))))).toMatchObject({ orientation });
      }
      expect(await expectAgreement(after(jpeg, 2, exif(tiff(orientation)), exif(tiff(3))))).toMatchObject({ orientation });
      expect(await expectAgreement(after(jpeg, 2, ...profile, exif(tiff(orientation))))).toMatchObject({ orientation, width: orientation >= 5 ? 24 : 40 });
      expect(await expectAgreement(after(jpeg, jpeg.indexOf(Buffer.from([0xff, 0xda])), exif(tiff(orientation))))).toMatchObject({ orientation });
    }
    for (const count of [0, 2, 0xbe000001]) {
      const block = tiff(6);
      block.writeUInt32LE(count, 14);
      expect(await expectAgreement(after(jpeg, 2, exif(block)))).toMatchObject({ orientation: count === 2 ? 6 : 1 });
    }
    for (const nonsense of [0, 9, 255]) expect(await expectAgreement(after(jpeg, 2, exif(tiff(nonsense))))).toMatchObject({ orientation: 1 });
    expect(await expectAgreement(after(jpeg, 2, exif(Buffer.from('no TIFF block at all'))))).toMatchObject({ orientation: 1 });
  });

  it('on PNG: every colour type and depth that sharp writes, animation, and the first of two eXIf before the pixels', async () => {
    const files = [picture().png(), picture(4).png(), picture().toColourspace('b-w').png(), picture(4).toColourspace('b-w').png(), picture().png({ palette: true, colours: 4 }), picture().toColourspace('rgb16').png(), picture().toColourspace('grey16').png()];
    for (const file of files) await expectAgreement(await file.toBuffer());
    const png = await picture().png().toBuffer();
    for (const orientation of ORIENTATIONS) {
      expect(await expectAgreement(after(png, 33, pngChunk('eXIf', tiff(orientation)), pngChunk('eXIf', tiff(3))))).toMatchObject({ orientation });
      expect(await expectAgreement(after(png, png.indexOf('IEND') - 4, pngChunk('eXIf', tiff(orientation))))).toMatchObject({ orientation: 1 });
    }
    expect(await expectAgreement(after(png, 33, pngChunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]))))).toMatchObject({ animated: true });
  });

  it('on WebP: lossy, lossless, with alpha, with orientation at its end, and animated by its first frame', async () => {
    for (const lossless of [false, true]) {
      await expectAgreement(await picture().webp({ lossless }).toBuffer());
      expect(await expectAgreement(await picture(4).webp({ lossless }).toBuffer())).toMatchObject({ channels: 4 });
      for (const orientation of ORIENTATIONS) {
        const turned = await sharp(await picture().jpeg().toBuffer()).withMetadata({ orientation }).webp({ lossless }).toBuffer();
        expect(await expectAgreement(turned)).toMatchObject({ orientation, height: orientation >= 5 ? 40 : 24 });
        // Without its flag the chunk does not count.
        turned.writeUInt8(turned.readUInt8(20) & ~8, 20);
        expect(await expectAgreement(turned)).toMatchObject({ orientation: 1 });
      }
    }
    const frames = Buffer.alloc(40 * 72 * 3).fill(200, 40 * 24 * 3, 40 * 48 * 3);
    const animated = await sharp(frames, { raw: { width: 40, height: 72, channels: 3, pageHeight: 24 } }).webp({ delay: [100, 100, 100] }).toBuffer();
    expect(await expectAgreement(animated)).toMatchObject({ animated: true, height: 24 });
  });

  it('on a large WebP whose orientation stands behind a megabyte of pixels, and asks for more of one that is cut off before it', async () => {
    const noise = createHash('shake256', { outputLength: 700 * 600 * 3 }).update('noise').digest();
    const large = await sharp(await sharp(noise, { raw: { width: 700, height: 600, channels: 3 } }).png().toBuffer()).withMetadata({ orientation: 6 }).webp({ lossless: true }).toBuffer();
    expect(large.length).toBeGreaterThan(500_000);
    expect(await expectAgreement(large)).toMatchObject({ orientation: 6, width: 600, height: 700 });
    expect(sniffImage(large.subarray(0, 65_536))).toMatchObject({ ok: false, code: 'more-bytes' });
    expect(streamed(large.subarray(0, large.length - 20))).toMatchObject({ ok: false, code: 'more-bytes' });
  });

  it('or the decoder refuses what a few changed bytes have made', async () => {
    const base = [await picture().jpeg().toBuffer(), await picture().png().toBuffer(), await picture(4).webp().toBuffer(), after(await picture().jpeg().toBuffer(), 2, exif(tiff(6)))];
    let random = 20_260_725;
    const next = (below: number): number => (random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0) % below;
    let accepted = 0;
    for (let round = 0; round < 400; round += 1) {
      const file = Buffer.from(base[round % base.length] ?? Buffer.alloc(0));
      for (let change = 0; change <= next(3); change += 1) file.writeUInt8(next(256), next(file.length));
      const [sniffed, made] = [sniffImage(file), await decoded(file)];
      if (!sniffed.ok || made === null) continue;
      accepted += 1;
      expect(said(sniffed).size, `round ${round}`).toBe(made.size);
    }
    expect(accepted).toBeGreaterThan(20);
  });
});

// The shared folder is an extra: without it these cases are not there.
describe.runIf(existsSync(SHARED))('header and decoder agree on other people\'s files', () => {
  it.each(['hostile/pngsuite', 'exif-orientation'])('of %s', async (folder) => {
    const files = readdirSync(join(SHARED, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(png|jpe?g)$/.test(name));
    expect(files.length).toBeGreaterThan(15);
    for (const name of files) {
      const file = readFileSync(join(SHARED, folder, name));
      const sniffed = sniffImage(file);
      const made = await decoded(file);
      if (sniffed.ok && made !== null) expect(said(sniffed), name).toEqual(made);
      if (folder === 'exif-orientation') expect(made?.size, name).toBe(name.startsWith('Landscape') ? '1800x1200' : '1200x1800');
    }
  });
});
