import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import type { SplitRuleMessage } from '@app/contracts';
import type { ObjectBody } from '@app/object-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SnapshotCache } from '../../dataset-source/snapshot-cache.js';
import { SnapshotSource } from '../../dataset-source/snapshot-source.js';
import { silentLog } from '../../training-log.js';
import { makeDatasetFolder, type DatasetFolder } from './dataset-folder.js';

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'dataset-folder-'));
});
afterEach(() => rm(work, { recursive: true, force: true }));

interface ImageFacts {
  readonly name: string;
  readonly split?: 'train' | 'val' | 'test';
  readonly annotation?: unknown;
}

const CLASSES = [{ id: 3, name: 'lying' }, { id: 7, name: 'standing' }];
const box = (classId: number): unknown => [{ class_id: classId, bbox: [10, 20, 30, 40] }];

async function zipOf(taskType: string, images: readonly ImageFacts[], root = ''): Promise<Buffer> {
  const time = '2026-01-01T00:00:00Z';
  const document = {
    ...{ format_version: '1.0', dataset_id: 'platform-x-0123abcd', dataset_name: 'x', task_type: taskType, created_at: time, last_modified_at: time, version: 1, content_hash: `sha256:${'0'.repeat(64)}` },
    classes: CLASSES,
    images: images.map(({ name, split, annotation }, index) => ({
      ...{ id: index + 1, file_name: name, width: 100, height: 200, metadata: { status: annotation === undefined ? 'unlabeled' : 'labeled' } },
      ...(split === undefined ? {} : { split }),
      ...(taskType === 'image_classification' ? { annotation: annotation ?? null } : { annotations: annotation ?? [] }),
    })),
  };
  const files = [...images.map(({ name }) => ({ name, bytes: Buffer.from(`bytes of ${name}`) })), { name: 'annotations.json', bytes: Buffer.from(JSON.stringify(document)) }, { name: 'notes.txt', bytes: Buffer.from('private') }];
  const plan = plannedZip(files.map(({ name, bytes }) => ({ name: `${root}${name}`, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
  const chunks: Uint8Array[] = [];
  for await (const chunk of plan.stream()) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

async function make(zip: Buffer, facts: { readonly taskType: 'image_classification' | 'object_detection'; readonly layout: 'dice' | 'yolo'; readonly split?: SplitRuleMessage }): Promise<DatasetFolder> {
  const get = (key: string, options: { range?: { start: number; end?: number } } = {}): Promise<ObjectBody> => {
    const bytes = zip.subarray(options.range?.start ?? 0, (options.range?.end ?? zip.length - 1) + 1);
    return Promise.resolve({ key, sizeBytes: bytes.length, etag: 'e', lastModified: new Date(), body: Readable.from([bytes]) });
  };
  return makeDatasetFolder(new SnapshotSource({ get }, new SnapshotCache({ workDirectory: work, limitBytes: 0 })), {
    facts: { task_type: facts.taskType, snapshot: { version: 1, key: 'k', size_bytes: zip.length, sha256: createHash('sha256').update(zip).digest('hex') }, split: facts.split ?? null, hyperparameters: { seed: 1, val_fraction: 0.5 } },
    layout: facts.layout,
    folder: join(work, 'dataset'),
    assertRoom: () => Promise.resolve(),
    signal: new AbortController().signal,
    log: silentLog,
    onProgress: () => undefined,
  });
}

const files = async (): Promise<string[]> => (await readdir(join(work, 'dataset'), { recursive: true, withFileTypes: true })).flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name).slice(join(work, 'dataset').length + 1)] : [])).sort();
const text = (name: string): Promise<string> => readFile(join(work, 'dataset', name), 'utf8');

const DETECTION: readonly ImageFacts[] = [
  { name: 'images/a.jpg', split: 'train', annotation: box(3) },
  { name: 'images/b.jpg', split: 'val', annotation: box(7) },
  { name: 'images/c.jpg', split: 'test', annotation: box(7) },
  { name: 'images/d.jpg' },
];

describe('the folder of a dataset', () => {
  it.each(['', 'wrapped/'])('has the images of both sides and the labels, nothing else (archive root %j)', async (root) => {
    const made = await make(await zipOf('object_detection', DETECTION, root), { taskType: 'object_detection', layout: 'dice' });
    expect(await files()).toEqual(['annotations.json', 'images/a.jpg', 'images/b.jpg', 'train.txt', 'val.txt']);
    expect([await text('train.txt'), await text('val.txt')]).toEqual(['images/a.jpg\n', 'images/b.jpg\n']);
    expect(await text('images/a.jpg')).toBe('bytes of images/a.jpg');
    expect(made).toMatchObject({ classes: CLASSES, description: 'annotations.json', trainImages: 1, valImages: 1, split: { source: 'dataset', train: 1, val: 1, test: 1 } });
  });

  it('is what Ultralytics reads, for boxes', async () => {
    const made = await make(await zipOf('object_detection', DETECTION), { taskType: 'object_detection', layout: 'yolo' });
    expect(await files()).toEqual(['data.yaml', 'images/train/a.jpg', 'images/val/b.jpg', 'labels/train/a.txt', 'labels/val/b.txt', 'train.txt', 'val.txt']);
    // Class 7 is the second one; the box as fractions of 100 x 200 pixels.
    expect(await text('labels/val/b.txt')).toBe('1 0.25 0.2 0.3 0.2\n');
    expect(await text('train.txt')).toBe('images/train/a.jpg\n');
    expect(await text('data.yaml')).toContain('train: images/train');
    expect(made.description).toBe('data.yaml');
  });

  it('is folders of classes for Ultralytics, for classification', async () => {
    const images = [1, 2, 3, 4].map((number) => ({ name: `images/${number}.jpg`, annotation: { class_id: number % 2 === 0 ? 7 : 3 } }));
    const made = await make(await zipOf('image_classification', images), { taskType: 'image_classification', layout: 'yolo' });
    const placed = (await files()).filter((name) => name.endsWith('.jpg'));
    expect(placed).toHaveLength(4);
    for (const path of placed) expect(path).toMatch(/^(train|val)\/(lying|standing)\/\d\.jpg$/);
    expect((await text('val.txt')).trim().split('\n')).toEqual(placed.filter((path) => path.startsWith('val/')).sort((a, b) => a.slice(-5).localeCompare(b.slice(-5))));
    expect(made.valImages).toBe(2);
  });

  it("has none of the images that the job's own rule keeps to test with", async () => {
    const images = Array.from({ length: 20 }, (_, at) => ({ name: `images/${at}.jpg`, annotation: box(at % 2 === 0 ? 3 : 7) }));
    const split = { default_ratio: { train: 0.5, val: 0.25, test: 0.25 }, seed: 3, group_pattern: null };
    const made = await make(await zipOf('object_detection', images), { taskType: 'object_detection', layout: 'dice', split });
    expect(made.split.test).toBeGreaterThan(0);
    expect((await files()).filter((name) => name.endsWith('.jpg'))).toHaveLength(20 - made.split.test);
  });

  it('refuses a dataset of another task', async () => {
    await expect(make(await zipOf('object_detection', DETECTION), { taskType: 'image_classification', layout: 'dice' })).rejects.toMatchObject({ code: 'validation-failed' });
  });
});
