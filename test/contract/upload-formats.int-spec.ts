import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { encodePng } from '@app/dice-format';
import { ObjectStore, objectKeys } from '@app/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest } from './labels-under-test.js';
import { zipOf } from './zip-of-texts.js';

let labels: LabelsUnderTest;
beforeAll(async () => {
  labels = await LabelsUnderTest.start();
});
afterAll(() => labels.close());

interface Uploaded {
  readonly id: string;
  readonly code?: string;
  readonly task_type: string;
  readonly name: string;
  readonly num_images: number;
  readonly num_classes: number;
  readonly num_labeled: number;
  readonly warnings: readonly { readonly code: string; readonly entry?: string }[];
  readonly errors?: readonly { readonly code: string; readonly entry?: string; readonly pointer?: string }[];
}

interface Dice {
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  readonly images: readonly { readonly file_name: string; readonly width: number; readonly split: string | null; readonly annotations?: readonly Record<string, unknown>[]; readonly annotation?: unknown; readonly metadata: { readonly status: string } }[];
}

async function upload(zip: Uint8Array, query: string, fields: Record<string, string> = {}): Promise<{ status: number; body: Uploaded }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new File([Buffer.from(zip)], 'd.zip'));
  const answer = await fetch(`${labels.backend.url}/api/v1/datasets/upload${query}`, { method: 'POST', headers: { authorization: `Bearer ${labels.token}` }, body: form });
  return { status: answer.status, body: (await answer.json()) as Uploaded };
}

/** Once the labels of the zip are in the database. */
async function dice(id: string): Promise<Dice> {
  const path = `datasets/${id}/annotations.json`;
  await expect.poll(async () => (await labels.call('GET', path)).status, { timeout: 20_000, interval: 100 }).toBe(200);
  return (await labels.call<Dice>('GET', path)).body;
}

async function stored(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of labels.backend.app.get(ObjectStore).list(prefix)) keys.push(key);
  return keys.sort();
}

const picture = (shade: number, width = 20, height = 10): Uint8Array => encodePng(new Uint8Array(width * height * 3).fill(shade), { width, height, channels: 3 });
const coco = (more: object = {}): string =>
  JSON.stringify({
    images: [{ id: 5, file_name: 'a.png', width: 20, height: 10 }, { id: 6, file_name: 'sub/b.png', width: 10, height: 20 }, { id: 7, file_name: 'gone.png' }],
    annotations: [{ id: 1, image_id: 5, category_id: 3, bbox: [1, 2, 3, 4], attributes: { colour: 'red' }, segmentation: [] }, { id: 2, image_id: 7, category_id: 3, bbox: [1, 2, 3, 4] }],
    categories: [{ id: 3, name: 'cat', supercategory: 'animal' }],
    ...more,
  });

describe('POST datasets/upload of other formats', () => {
  it('makes a dataset of COCO, with what could not be taken over as warnings', async () => {
    const zip = await zipOf({ 'x/annotations/instances_val2017.json': coco(), 'x/val2017/a.png': picture(1), 'x/val2017/sub/b.png': picture(2), 'x/val2017/c.png': picture(3), 'x/val2017/d.bmp': 'BM' });
    const { status, body } = await upload(zip, '?format=coco', { name: 'from COCO' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'from COCO', task_type: 'object_detection', num_images: 3, num_classes: 1, num_labeled: 1 });
    expect(body.warnings.map(({ code }) => code)).toEqual(['unknown-image', 'unsupported-image', 'size-turned']);
    const { images, classes } = await dice(body.id);
    expect(classes).toMatchObject([{ id: 0, name: 'cat', supercategory: 'animal' }]);
    expect(images.map(({ file_name: name, width, split, metadata }) => [name, width, split, metadata.status])).toEqual([
      ['images/a.png', 20, 'val', 'labeled'],
      ['images/c.png', 20, null, 'unlabeled'],
      ['images/b.png', 20, 'val', 'unlabeled'],
    ]);
    expect(images[0]?.annotations).toMatchObject([{ id: 1, class_name: 'cat', bbox: [1, 2, 3, 4], attributes: { colour: 'red' } }]);
  });

  it('finds out by itself what the files are', async () => {
    const cases: readonly (readonly [task: string, files: Record<string, string | Uint8Array>])[] = [
      ['object_detection', { 'images/train/a.png': picture(1), 'labels/train/a.txt': '0 0.5 0.5 0.5 0.5', 'data.yaml': 'names: [cat]' }],
      ['instance_segmentation', { 'images/a.png': picture(1), 'labels/a.txt': '0 0.1 0.1 0.9 0.1 0.9 0.9', 'data.yaml': 'names: [cat]' }],
      ['pose_estimation', { 'images/a.png': picture(1), 'labels/a.txt': '0 0.5 0.5 0.5 0.5 0.1 0.1 2', 'data.yaml': 'names: [cat]\nkpt_shape: [1, 3]' }],
      ['image_classification', { 'train/cat/a.png': picture(1), 'train/dog/a.png': picture(2), 'val/cat/b.png': picture(3) }],
      ['object_detection', { 'a.png': picture(1), 'a.xml': '<annotation><filename>a.png</filename><size><width>20</width><height>10</height></size></annotation>' }],
      ['instance_segmentation', { 'a.png': picture(1), 'a.json': '{"version":"5.0","flags":{},"shapes":[{"label":"cat","points":[[1,1],[5,1],[5,5]],"shape_type":"polygon"}],"imagePath":"a.png","imageWidth":20,"imageHeight":10}' }],
      ['object_detection', { 'images/a.png': picture(1), 'annotations.xml': '<annotations><image id="0" name="a.png" width="20" height="10"><box label="cat" xtl="1" ytl="1" xbr="5" ybr="5"/></image></annotations>' }],
      ['image_classification', { 'images/a.png': picture(1), 'project.json': '[{"data":{"image":"/data/upload/1/0a1b2c3d-a.png"},"annotations":[{"result":[{"type":"choices","value":{"choices":["cat"]}}]}]}]' }],
    ];
    for (const [task, files] of cases) {
      const { status, body } = await upload(await zipOf(files), '?format=auto');
      expect([status, body.errors, body.task_type, body.num_labeled]).toEqual([201, undefined, task, Object.keys(files).filter((name) => name.endsWith('.png')).length]);
    }
  });

  it.each([
    ['labels that are wrong', { 'a.json': coco({ annotations: [{ id: 1, image_id: 5, category_id: 9, bbox: [1, 1, 1, 1] }, { id: 1, image_id: 5, category_id: 3, bbox: [1, 1, 0, 1] }] }), 'a.png': picture(1) }, [422, 'validation-failed', 2]],
    ['a box outside of its image', { 'a.json': coco({ annotations: [{ id: 1, image_id: 5, category_id: 3, bbox: [15, 1, 10, 1] }] }), 'a.png': picture(1) }, [422, 'validation-failed', 1]],
    ['NaN', { 'a.json': coco().replace('[1,2,3,4]', '[NaN,2,3,4]'), 'a.png': picture(1) }, [400, 'malformed-json', 1]],
    ['what is no image', { 'a.json': coco(), 'a.png': 'hello' }, [422, 'unsupported-image', 1]],
    ['no image at all', { 'a.json': coco() }, [422, 'validation-failed', 1]],
    ['files of no format', { 'a.md': 'hello' }, [422, 'validation-failed', 1]],
    ['names that lead out', { '../a.json': coco(), 'a.png': picture(1) }, [422, 'unsafe-archive', 1]],
  ] as const)('refuses %s with every finding, and leaves nothing behind', async (_, files, answer) => {
    const before = await stored(objectKeys.stagingArea);
    const { status, body } = await upload(await zipOf(files as Record<string, string | Uint8Array>), '?format=auto');
    expect([status, body.code, body.errors?.length]).toEqual(answer);
    // Uploads of other specs come and go there at the same time; what this one left would stay.
    await expect.poll(async () => (await stored(objectKeys.stagingArea)).filter((key) => !before.includes(key)), { timeout: 15_000 }).toEqual([]);
  });

  it('refuses a zip whose bytes are not what its directory says', async () => {
    const bytes = picture(1);
    const zip = await zipOf({ 'a.json': coco(), 'a.png': bytes });
    const at = zip.indexOf(Buffer.from(bytes)) + bytes.length - 20;
    zip.writeUInt8((zip.readUInt8(at) + 1) % 256, at);
    const { status, body } = await upload(zip, '?format=coco');
    expect([status, body.code]).toEqual([422, 'unsafe-archive']);
  });

  it('refuses a format that nobody knows', async () => {
    const { status, body } = await upload(await zipOf({ 'a.png': picture(1) }), '?format=tfrecord');
    expect([status, body.code, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, 'invalid-parameter', ['/query/format']]);
  });

  it('keeps the DICE zip, which the usual way takes again', async () => {
    const made = await upload(await zipOf({ 'images/a.png': picture(1), 'labels/a.txt': '0 0.5 0.5 0.5 0.5', 'data.yaml': 'names: [cat]' }), '?format=yolo');
    const zip = await labels.backend.app.get(ObjectStore).getBytes(objectKeys.upload(made.body.id, 1), 1_000_000);
    expect(await upload(zip, '')).toMatchObject({ status: 201, body: { task_type: 'object_detection', num_images: 1, num_labeled: 1 } });
  });

  const raccoons = ['../../../shared/data/raccoon-voc', '../../../../shared/data/raccoon-voc'].map((path) => resolve(import.meta.dirname, path)).find((path) => existsSync(path));
  it.skipIf(raccoons === undefined)('takes 200 photos with Pascal VOC boxes', async () => {
    const folder = raccoons ?? '';
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const files: Record<string, Uint8Array> = {};
    for (const entry of names) if (entry.isFile()) files[`raccoon/${entry.parentPath.split('/').at(-1)}/${entry.name}`] = await readFile(join(entry.parentPath, entry.name));
    const { status, body } = await upload(await zipOf(files), '?format=auto', { name: 'raccoons' });
    expect([status, body.errors]).toEqual([201, undefined]);
    expect(body).toMatchObject({ task_type: 'object_detection', num_images: 200, num_labeled: 200, num_classes: 1 });
    const all = (await dice(body.id)).images.flatMap(({ annotations = [] }) => annotations);
    expect(all).toHaveLength(217);
  });
});
