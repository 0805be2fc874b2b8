import { createHash, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { contentHash, encodeMaskPng, encodePng, labelMapSha256, writeDice, type DiceModelImage, type PackageFile, type TaskType } from '@app/dice-format';
import { startTestNats, type TestNats } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest } from './labels-under-test.js';

/** The labels of an uploaded zip become rows that say the same. */
let labels: LabelsUnderTest;
let nats: TestNats;

beforeAll(async () => {
  // Versions are counted by events: the backends of other files must not take them.
  nats = await startTestNats();
  labels = await LabelsUnderTest.start({ NATS_URL: nats.url });
});
afterAll(async () => {
  await labels?.close();
  await nats?.close();
});

const SIZE = { width: 20, height: 16 };
const CLASSES = [0, 2].map((id) => ({ id, name: `class ${id}`, color: '#112233', details: { keypoints: ['a', 'b'] } }));
const boxed = { bbox: [1.5, 2, 4, 5], iscrowd: 0, attributes: { side: 'left' } };
const BODIES: Record<TaskType, (index: number) => readonly Record<string, unknown>[]> = {
  image_classification: () => [{ class_id: 2, confidence: 0.75 }],
  object_detection: (index) => [{ id: 40 + index, class_id: 0, confidence: 1, ...boxed }, { id: null, class_id: 2, confidence: 0.5, ...boxed, iscrowd: 1 }],
  instance_segmentation: (index) => [{ id: index, class_id: 0, confidence: 1, ...boxed, segmentation: [[1, 2, 5, 2, 5, 7]] }, { id: null, class_id: 2, confidence: 1, ...boxed, segmentation: { size: [16, 20], counts: [10, 10, 300] } }],
  semantic_segmentation: () => [],
  pose_estimation: () => [{ id: null, class_id: 0, confidence: 1, ...boxed, keypoints: [1, 2, 2, 0, 0, 0] }],
};

function packageOf(taskType: TaskType, count: number): PackageFile[] {
  const files: PackageFile[] = [];
  const images = Array.from({ length: count }, (_, at): DiceModelImage => {
    const fileName = `images/${at}.png`;
    const bytes = encodePng(Uint8Array.from({ length: 20 * 16 * 3 }, (__, place) => (place * (at + 1)) % 251), { ...SIZE, channels: 3 });
    files.push({ name: fileName, bytes });
    const base = { id: at + 1, fileName, sha256: createHash('sha256').update(bytes).digest('hex'), ...SIZE, depth: 3, split: 'train' as const, annotations: [] };
    // Of five images one is empty, one is not labeled and one was reviewed.
    if (at % 5 === 1) return { ...base, status: 'labeled', noObject: true };
    if (at % 5 === 2) return { ...base, status: 'unlabeled', noObject: false };
    const status = at % 5 === 3 ? 'reviewed' : 'labeled';
    if (taskType !== 'semantic_segmentation') return { ...base, status, noObject: false, annotations: BODIES[taskType](at + 1) };
    const pixels = Uint8Array.from({ length: 320 }, (__, place) => (at % 5 === 4 ? 0 : ([0, 1, 3, 255][(place + at) % 4] ?? 0)));
    files.push({ name: `masks/${at}.png`, bytes: encodeMaskPng(pixels, SIZE) });
    return { ...base, status, noObject: false, mask: { file: `masks/${at}.png`, sha256: labelMapSha256(pixels) } };
  });
  const time = '2026-01-01T00:00:00Z';
  const { annotations, meta } = writeDice({ datasetId: 'd', name: `zip ${taskType}`, taskType, multiLabel: false, version: 1, createdAt: time, lastModifiedAt: time, classes: CLASSES, images });
  return [...files, { name: 'annotations.json', bytes: Buffer.from(annotations) }, { name: 'meta.json', bytes: Buffer.from(meta) }];
}

async function upload(files: readonly PackageFile[]): Promise<string> {
  const zip = plannedZip(files.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
  const chunks: Uint8Array[] = [];
  for await (const chunk of zip.stream()) chunks.push(chunk);
  const form = new FormData();
  form.set('file', new Blob([Buffer.concat(chunks)]), 'dataset.zip');
  const answer = await fetch(`${labels.backend.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${labels.token}`, 'upload-id': randomUUID() }, body: form });
  const body = (await answer.json()) as { id: string };
  expect(answer.status, JSON.stringify(body)).toBe(201);
  return body.id;
}

async function untilLoaded(dataset: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { body } = await labels.call<{ labels_loaded: boolean }>('GET', `datasets/${dataset}`);
    if (body.labels_loaded) return;
    if (Date.now() > deadline) throw new Error('the labels were not loaded');
  }
}

/** Computed from the rows alone. */
async function hashOfRows(dataset: string, taskType: TaskType): Promise<string> {
  const { rows } = await labels.pool.query<{ fileName: string; sha256: string; width: number; height: number; split: string | null; status: string; noObject: boolean; labelsDigest: string }>(
    `select file_name as "fileName", encode(sha256, 'hex') as sha256, width, height, split, status, no_object as "noObject", encode(labels_digest, 'hex') as "labelsDigest" from dataset_images where dataset_id = $1 and removed_seq is null`,
    [dataset],
  );
  return contentHash({ taskType, multiLabel: false, classes: CLASSES, images: rows });
}

describe('the labels of an uploaded zip', () => {
  it.each(Object.keys(BODIES) as TaskType[])('become rows with the same content hash, at revision 1 and position 0: %s', async (task) => {
    const dataset = await upload(packageOf(task, 12));
    await untilLoaded(dataset);
    const { rows } = await labels.pool.query('select content_hash, change_seq::int as seq, num_labeled from datasets where id = $1', [dataset]);
    expect(rows[0]).toMatchObject({ seq: 0, num_labeled: 10 });
    expect(await hashOfRows(dataset, task)).toBe((rows[0] as { content_hash: string }).content_hash);
    const [first, empty, none, reviewed] = await Promise.all([1, 2, 3, 4].map(async (image) => (await labels.get(dataset, image)).body));
    expect(first).toMatchObject({ revision: 1, status: 'labeled', no_object: false });
    expect(empty).toMatchObject({ status: 'labeled', no_object: true });
    expect(none).toMatchObject({ status: 'unlabeled', no_object: false });
    expect(reviewed).toMatchObject({ status: 'reviewed' });
    expect((await labels.pool.query(`select state, done, total from dataset_imports where dataset_id = $1 and kind = 'load-labels'`, [dataset])).rows).toEqual([{ state: 'completed', done: 12, total: 12 }]);
    // The hash moves with a label and comes back with it.
    const before = await hashOfRows(dataset, task);
    const emptied = await labels.patch(dataset, 1, { revision: 1, body: task === 'image_classification' || task === 'semantic_segmentation' ? { annotation: null } : { annotations: [] } });
    expect(emptied.status, JSON.stringify(emptied.body)).toBe(200);
    expect(await hashOfRows(dataset, task)).not.toBe(before);
    const restored = await labels.call('POST', `datasets/${dataset}/annotations/1/restore`, { body: { revision: 1 }, headers: { 'if-match': '"2"' } });
    expect(restored.status, JSON.stringify(restored.body)).toBe(200);
    expect(await hashOfRows(dataset, task)).toBe(before);
  });

  it('keep the integer ids of the file', async () => {
    const dataset = await upload(packageOf('object_detection', 4));
    await untilLoaded(dataset);
    expect((await labels.get(dataset, 1)).body.annotations?.map((one) => [one['number'], one['source']])).toEqual([[41, 'import'], [42, 'import']]);
  });

  it('are read again after a crash in the middle, with the same result', async () => {
    const dataset = await upload(packageOf('semantic_segmentation', 6));
    await untilLoaded(dataset);
    const hash = await hashOfRows(dataset, 'semantic_segmentation');
    await labels.pool.query(`update dataset_images set objects = '[]', labels_digest = null, no_object = false where dataset_id = $1 and number > 3`, [dataset]);
    await labels.pool.query('update datasets set labels_loaded = false where id = $1', [dataset]);
    await labels.pool.query(`update dataset_imports set state = 'running', done = 3, leased_until = now() - interval '1 second', finished_at = null where dataset_id = $1 and kind = 'load-labels'`, [dataset]);
    await untilLoaded(dataset);
    expect(await hashOfRows(dataset, 'semantic_segmentation')).toBe(hash);
  });

  it('are counted in versions that were made before they were read', async () => {
    const dataset = await upload(packageOf('object_detection', 6));
    await untilLoaded(dataset);
    await labels.pool.query('update datasets set labels_loaded = false where id = $1', [dataset]);
    interface Made {
      readonly version: number;
      readonly state: string;
      readonly num_annotations: number | null;
    }
    const { version } = (await labels.call<Made>('POST', `datasets/${dataset}/snapshots`, { body: {} })).body;
    const made = async (): Promise<Made> => (await labels.call<Made>('GET', `datasets/${dataset}/snapshots/${version}`)).body;
    await expect.poll(async () => (await made()).state, { timeout: 20_000 }).toBe('ready');
    expect((await made()).num_annotations).toBeNull();
    await labels.pool.query(`update dataset_imports set state = 'running', leased_until = now() - interval '1 second', finished_at = null where dataset_id = $1 and kind = 'load-labels'`, [dataset]);
    await expect.poll(async () => (await made()).num_annotations, { timeout: 20_000 }).toBe(8);
    const { rows } = await labels.pool.query<{ classes: unknown }>(`select totals->'classes' as classes from snapshots where dataset_id = $1`, [dataset]);
    expect(rows).toEqual([{ classes: { 0: 4, 2: 4 } }]);
  });
});
