import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sniffImage } from '@app/dice-format';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { S3ObjectStore, StoreMeter } from '@app/object-store';
import { bundleEntry, type BundledEntry } from '@app/testing';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageChild, type ChildAnswer } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-child.js';
import { DEFAULT_CHILD_LIMITS } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-child-program.js';

/** Thousands of damaged files through the real child: each gets a verdict, and whatever happens to the child happens to it alone. */
const FILES = 5_000;
const KEYS = { accessKeyId: 'fuzz-key', secretAccessKey: 'fuzz-secret-0123456789' };
const SHARED = resolve(import.meta.dirname, '../../../shared/data/hostile');
let program: BundledEntry;
let folder: string;
let local: LocalObjectStore;
let store: S3ObjectStore;
let child: ImageChild | null = null;
let next = 0;

beforeAll(async () => {
  program = await bundleEntry('apps/backend/src/modules/dataset/infrastructure/image-worker/image-child.main.ts');
  folder = await mkdtemp(join(tmpdir(), 'vision-fuzz-'));
  local = await startObjectStore({ dataDirectory: folder, bucket: 'vision-fuzz', credentials: [{ ...KEYS, mode: 'read-write' }] });
  store = new S3ObjectStore({ endpoint: local.endpoint, bucket: 'vision-fuzz', region: 'auto', ...KEYS });
});
afterAll(async () => {
  await child?.stop();
  store.close();
  await local.close();
  await rm(folder, { recursive: true, force: true });
  await program.remove();
});

async function verdict(bytes: Uint8Array, size = { width: 0, height: 0 }): Promise<ChildAnswer> {
  next += 1;
  await store.put('original', bytes);
  if (child === null || child.isGone) child = new ImageChild({ entry: program.path, limits: DEFAULT_CHILD_LIMITS, meter: new StoreMeter(), store: { endpoint: local.endpoint, bucket: 'vision-fuzz', region: 'auto', ...KEYS } });
  return child.process({ id: next, key: 'original', thumbnailKey: 'thumbnail', previewKey: 'preview', sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), crc32: null, ...size });
}

async function bases(): Promise<Buffer[]> {
  const noise = createHash('shake256', { outputLength: 40 * 30 * 3 }).update('fuzz').digest();
  const image = (): Sharp => sharp(noise, { raw: { width: 40, height: 30, channels: 3 } });
  return Promise.all([
    image().jpeg().toBuffer(),
    image().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    image().toColourspace('cmyk').jpeg().toBuffer(),
    image().png().toBuffer(),
    image().png({ palette: true, progressive: true }).toBuffer(),
    image().webp().toBuffer(),
    image().webp({ lossless: true }).withMetadata({ orientation: 8 }).toBuffer(),
  ]);
}

describe('damaged images', () => {
  it(`get a verdict each, ${FILES} of them, and what is accepted has the size that its header says`, async () => {
    const files = await bases();
    let random = 20_261_125;
    const below = (limit: number): number => (random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0) % limit;
    const kinds: Record<string, number> = {};
    for (let index = 0; index < FILES; index += 1) {
      let bytes = Buffer.from(files[index % files.length] ?? Buffer.alloc(0));
      for (let change = 0; change < 1 + below(6); change += 1) bytes.writeUInt8(below(256), below(bytes.length));
      if (below(4) === 0) bytes = bytes.subarray(0, below(bytes.length));
      const sniffed = sniffImage(bytes);
      const answer = await verdict(bytes, sniffed.ok ? sniffed : undefined);
      const kind = answer.kind === 'broken' ? answer.fault : answer.kind;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      expect(['made', 'image-broken', 'image-size-differs'], `file ${index}: ${JSON.stringify(answer)}`).toContain(kind);
    }
    process.stdout.write(`${JSON.stringify(kinds)}\n`);
    expect(kinds['made']).toBeGreaterThan(FILES / 20);
    expect(kinds['image-broken']).toBeGreaterThan(FILES / 20);
    // Header and decoder differ on next to none.
    expect(kinds['image-size-differs'] ?? 0).toBeLessThan(FILES / 100);
  });

  it.runIf(existsSync(SHARED))('of other people get one as well', async () => {
    const names = ['pngsuite', 'images-bad'].flatMap((name) => readdirSync(join(SHARED, name), { recursive: true, encoding: 'utf8' }).map((file) => join(SHARED, name, file)));
    for (const name of names.filter((one) => statSync(one).isFile())) expect(['made', 'broken'], name).toContain((await verdict(readFileSync(name))).kind);
  });
});
