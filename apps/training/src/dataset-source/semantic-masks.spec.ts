import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import type { TrainingGrant } from '@app/contracts';
import { encodeMaskPng, encodePng } from '@app/dice-format';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabelMapReader } from '../engine/data/label-maps.js';
import { SampleFileReader } from '../engine/samples/sample-file.js';
import { AttemptFolder } from '../jobs/attempt-folder.js';
import { silentLog } from '../training-log.js';
import { DatasetBuilder } from './dataset-builder.js';
import { DecodedImages } from './decoded-images.js';
import { DecodedMasks } from './decoded-masks.js';
import { DiceLabelReader } from './dice-label-reader.js';
import { sideLimitsOf } from './image-side.js';
import { SnapshotCache } from './snapshot-cache.js';
import { SnapshotSource } from './snapshot-source.js';
import { trainingSamples } from './training-samples.js';
import { ZipArchiveReader } from './zip-archive-reader.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semantic-masks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const [WIDTH, HEIGHT] = [40, 20];
const mask = (value: number, size = { width: WIDTH, height: HEIGHT }): Uint8Array => encodeMaskPng(Uint8Array.from({ length: size.width * size.height }, (_, at) => (at % size.width < 10 ? value : at % size.width < 15 ? 255 : 0)), size);
const photo = (shade: number): Uint8Array => encodePng(new Uint8Array(WIDTH * HEIGHT * 3).fill(shade), { width: WIDTH, height: HEIGHT, channels: 3 });

async function* annotations(images: readonly object[]): AsyncGenerator<Uint8Array> {
  const time = '2026-01-01T00:00:00Z';
  const classes = [
    { id: 4, name: 'road', color: '#ff0000' },
    { id: 9, name: 'tree', color: '#00ff00' },
  ];
  const head = { format_version: '1.0', dataset_id: 'd', dataset_name: 'd', task_type: 'semantic_segmentation', created_at: time, last_modified_at: time, version: 1, content_hash: `sha256:${'0'.repeat(64)}`, classes };
  yield await Promise.resolve(Buffer.from(JSON.stringify({ ...head, images })));
}

const entry = (id: number, side: 'train' | 'val', maskFile: string | null): object => ({
  id,
  file_name: `images/${id}.png`,
  width: WIDTH,
  height: HEIGHT,
  split: side,
  annotation: maskFile === null ? null : { mask_file: maskFile, mask_format: 'indexed_png', num_classes: 2 },
  metadata: { status: 'labeled', no_object: maskFile === null },
});

describe('semantic masks of a snapshot', () => {
  it('become label maps of the square, with the classes that they show; images whose mask is broken stay out', async () => {
    const labels = await new DiceLabelReader().read(
      annotations([entry(1, 'train', 'masks/1.png'), entry(2, 'train', 'masks/2.png'), entry(3, 'val', 'masks/3.png'), entry(4, 'val', 'masks/missing.png'), entry(5, 'train', 'masks/5.png'), entry(6, 'train', 'masks/6.png')]),
      new AbortController().signal,
    );
    const images = DecodedImages.create(join(folder, 'images.cache'), 0, sideLimitsOf('unet-small'));
    for (const id of [1, 2, 3, 4, 5, 6]) await images.add(`images/${id}.png`, photo(20 * id));
    const masks = new DecodedMasks(join(folder, 'labels.cache'));
    const side = await images.settleSide();
    expect(side).toBe(48);
    const files: [string, Uint8Array][] = [
      ['masks/1.png', mask(5)],
      ['masks/2.png', mask(0)],
      ['masks/3.png', mask(10)],
      ['masks/5.png', Buffer.from('no PNG at all, but long enough to be looked at as if it were one, up to here')],
      ['masks/6.png', mask(5, { width: 20, height: 40 })],
    ];
    for (const [name, png] of files) await masks.add(name, png, side);
    await images.finish();
    await masks.close();
    expect([...masks.failed.keys()]).toEqual(['masks/5.png']);
    const set = trainingSamples(labels, { images: images.byName, masks: masks.byName }, { split: null, hyperparameters: {} });
    expect(set.leftOut).toBe(3);
    const samples = [...set.samples()];
    expect(samples.map((one) => [one.imageId, one.side, one.maskIndex, one.classIndices])).toEqual([
      [1, 'train', 0, [0]],
      [2, 'train', 1, []],
      [3, 'val', 2, [1]],
    ]);
    const reader = new LabelMapReader(masks.file ?? '', side);
    const square = new Uint8Array(side * side);
    reader.read(2, square);
    // 40 x 20 in a square of 48: 24 rows, 12 of nothing above; 12 columns of the class, 6 of ignored pixels.
    const row = (y: number): number[] => [0, 11, 12, 17, 18, 47].map((x) => square[y * side + x] ?? -1);
    expect([row(11), row(12), row(35), row(36)]).toEqual([
      [255, 255, 255, 255, 255, 255],
      [10, 10, 255, 255, 0, 0],
      [10, 10, 255, 255, 0, 0],
      [255, 255, 255, 255, 255, 255],
    ]);
    reader.close();
  });

  it('are read from the zip of a version, below its folder, beside the images', async () => {
    const labels: Uint8Array[] = [];
    for await (const chunk of annotations([entry(1, 'train', 'masks/1.png'), entry(2, 'val', 'masks/2.png'), entry(3, 'train', null)])) labels.push(chunk);
    const files: [string, Uint8Array][] = [
      ...[1, 2, 3].map((id): [string, Uint8Array] => [`data/images/${id}.png`, photo(20 * id)]),
      ['data/masks/1.png', mask(5)],
      ['data/masks/2.png', mask(10)],
      ['data/annotations.json', Buffer.concat(labels)],
    ];
    const plan = plannedZip(files.map(([name, bytes]) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
    const chunks: Uint8Array[] = [];
    for await (const chunk of plan.stream()) chunks.push(Uint8Array.from(chunk));
    const zip = Buffer.concat(chunks);
    const store = {
      get: (key: string, options?: { range?: { start: number; end?: number } }) => {
        const part = zip.subarray(options?.range?.start ?? 0, options?.range?.end === undefined ? undefined : options.range.end + 1);
        return Promise.resolve({ key, sizeBytes: part.length, etag: '', lastModified: new Date(), body: Readable.from([part]) });
      },
    };
    const source = new SnapshotSource(store, new SnapshotCache({ workDirectory: folder, limitBytes: 1_000_000 }));
    const builder = new DatasetBuilder(source, new ZipArchiveReader(), new DiceLabelReader());
    const snapshot = { version: 1, key: 'k', size_bytes: zip.length, sha256: createHash('sha256').update(zip).digest('hex') };
    const id = '018f4e6a-0000-7000-8000-000000000000';
    const grant: TrainingGrant = {
      ...{ job_id: id, attempt: 1, fencing_token: id, expires_at: '2026-01-01T00:00:00Z', lease_seconds: 60, dataset_id: 'd', task_type: 'semantic_segmentation' },
      ...{ snapshot, model: 'unet-small', hyperparameters: {}, split: null, resume_from: null },
    };
    const attempt = new AttemptFolder(folder, { workLimitBytes: 1e9, reserveBytes: 0 });
    const { spec } = await builder.build({ grant, folder: attempt, signal: new AbortController().signal, log: silentLog, onProgress: () => undefined });
    expect(spec).toMatchObject({ imageSide: 48, classes: [{ id: 4, name: 'road' }, { id: 9, name: 'tree' }] });
    const samples = new SampleFileReader(spec.samplesFile, () => undefined);
    const facts = [samples.train.at(0), samples.train.at(1), samples.val.at(0)].map((one) => [one.imageId, one.maskIndex, one.classIndices]);
    samples.close();
    expect(facts).toEqual([
      [1, 0, [0]],
      [3, null, []],
      [2, 1, [1]],
    ]);
    const square = new Uint8Array(48 * 48);
    const reader = new LabelMapReader(spec.labelMapsFile ?? '', 48);
    reader.read(1, square);
    reader.close();
    expect([...new Set(square)].sort((a, b) => a - b)).toEqual([0, 10, 255]);
  });

  it('stay out where they come before every image: nobody knows the square yet', async () => {
    const masks = new DecodedMasks(join(folder, 'labels.cache'));
    await masks.add('masks/1.png', mask(5), await DecodedImages.create(join(folder, 'images.cache'), 0, sideLimitsOf('unet-small')).settleSide());
    expect([masks.file, [...masks.failed]]).toEqual([null, [['masks/1.png', 'it stands before every image']]]);
  });
});
