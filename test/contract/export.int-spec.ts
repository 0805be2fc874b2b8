import { FORMAT_NAMES } from '@app/dataset-formats';
import { encodePng } from '@app/dice-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest, type Problem } from './labels-under-test.js';
import { filesOfZip } from './zip-of-answer.js';

let labels: LabelsUnderTest;
beforeAll(async () => {
  labels = await LabelsUnderTest.start();
});
afterAll(() => labels.close());

interface Report {
  readonly images: number;
  readonly losses: readonly { readonly code: string; readonly count: number }[];
  readonly class_map: readonly { readonly id: number; readonly index: number }[];
}
interface Coco {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly category_id: number; readonly bbox: readonly number[]; readonly area: number }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
}

const get = (id: string, query: string, token = labels.token): Promise<Response> => fetch(`${labels.backend.url}/api/v1/datasets/${id}/export?${query}`, { headers: { authorization: `Bearer ${token}` } });

async function exported(id: string, query: string): Promise<{ files: Record<string, Buffer>; report: Report; answer: Response }> {
  const answer = await get(id, query);
  if (answer.status !== 200) throw new Error(await answer.text());
  const files = await filesOfZip(new Uint8Array(await answer.arrayBuffer()));
  return { files, report: JSON.parse(String(files['export-report.json'])) as Report, answer };
}

async function boxes(options: { images?: number } = {}): Promise<string> {
  const id = await labels.dataset('object_detection', options);
  await labels.patch(id, 1, { revision: 1, body: { annotations: [{ class_id: 1, bbox: [1, 2, 30, 4], attributes: { colour: 'red' }, confidence: 0.5 }, { class_id: 2, bbox: [5, 5, 10, 10] }] } });
  await labels.patch(id, 2, { revision: 1, body: { no_object: true } });
  return id;
}

/** With an image whose bytes are in the bucket. */
async function withImage(): Promise<{ id: string; bytes: Uint8Array }> {
  const id = await labels.dataset('object_detection', { images: 0 });
  const bytes = encodePng(new Uint8Array(20 * 10 * 3).fill(7), { width: 20, height: 10, channels: 3 });
  const form = new FormData();
  form.set('split', 'val');
  form.set('file', new File([Buffer.from(bytes)], '사진 1.png', { type: 'image/png' }));
  const added = await fetch(`${labels.backend.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { authorization: `Bearer ${labels.token}` }, body: form });
  expect(added.status).toBe(200);
  return { id, bytes };
}

describe('GET datasets/{id}/export', () => {
  it('answers COCO with what it could not hold', async () => {
    const id = await boxes();
    const { files, report, answer } = await exported(id, 'format=coco');
    expect(Object.keys(files)).toEqual(['annotations/instances_default.json', 'export-report.json']);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''labels_object_detection-coco\.zip$/);
    const coco = JSON.parse(String(files['annotations/instances_default.json'])) as Coco;
    expect(coco.images.map(({ file_name: name }) => name)).toEqual(['000001.png', '000002.png', '000003.png']);
    expect(coco.annotations).toMatchObject([
      { image_id: 1, category_id: 2, bbox: [1, 2, 30, 4], area: 120, attributes: { colour: 'red' }, score: 0.5 },
      { image_id: 1, category_id: 3, bbox: [5, 5, 10, 10] },
    ]);
    expect(report).toMatchObject({ format: 'coco', dataset_id: id, images: 3, objects: 2, class_map: [{ id: 0, index: 0 }, { id: 1, index: 1 }, { id: 2, index: 2 }] });
    expect(report.losses.map(({ code, count }) => [code, count])).toEqual([['class-color', 3], ['no-object', 1]]);
  });

  it('answers the label file alone where there is one', async () => {
    const id = await boxes();
    const coco = await get(id, 'format=coco&as=file');
    expect(coco.headers.get('content-type')).toBe('application/json');
    expect(((await coco.json()) as Coco).annotations).toHaveLength(2);
    const cvat = await get(id, 'format=cvat&as=file');
    expect(cvat.headers.get('content-type')).toBe('application/xml');
    expect(await cvat.text()).toContain('<box label="cat"');
    const dice = (await (await get(id, 'format=dice&as=file')).json()) as { images: unknown[] };
    expect(dice.images).toHaveLength(3);
  });

  it('answers every format for boxes', async () => {
    const id = await boxes();
    for (const format of FORMAT_NAMES) {
      const { files, report } = await exported(id, `format=${format}`);
      expect([format, Object.keys(files).length >= 2, report.class_map.length]).toEqual([format, true, 3]);
    }
    const yolo = await exported(id, 'format=yolo');
    expect(String(yolo.files['labels/unassigned/000001.txt'])).toBe('1 0.16 0.05 0.3 0.05\n2 0.1 0.125 0.1 0.125\n');
    expect(String(yolo.files['labels/unassigned/000002.txt'])).toBe('');
    expect(Object.keys(yolo.files)).not.toContain('labels/unassigned/000003.txt');
    expect(yolo.report.losses.map(({ code }) => code)).toEqual(['class-color', 'class-details', 'attributes', 'confidence']);
  });

  it('brings the images along, byte for byte and where the format wants them', async () => {
    const { id, bytes } = await withImage();
    for (const [format, path] of [['coco', 'images/사진 1.png'], ['yolo', 'images/val/사진 1.png'], ['voc', 'JPEGImages/사진 1.png'], ['labelme', '사진 1.png'], ['dice', 'images/사진 1.png']] as const) {
      const { files } = await exported(id, `format=${format}&images=true`);
      expect([format, files[path]?.equals(bytes)]).toEqual([format, true]);
    }
  });

  it('says before the first byte that images are not there', async () => {
    const answer = await get(await boxes(), 'format=coco&images=true');
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([503, 'unavailable']);
  });

  it('is for everybody who may read, with images for who manages', async () => {
    const id = await boxes();
    const [viewer, reviewer, admin] = [await labels.member(id, 'viewer'), await labels.member(id, 'reviewer'), await labels.member(id, 'admin')];
    expect((await get(id, 'format=coco', viewer.token)).status).toBe(200);
    expect((await get(id, 'format=coco&images=true', viewer.token)).status).toBe(403);
    expect((await get(id, 'format=coco&images=true', reviewer.token)).status).toBe(403);
    // Permitted; that the bytes of these images are nowhere is told next.
    expect((await get(id, 'format=coco&images=true', admin.token)).status).toBe(503);
    expect((await get(id, 'format=coco', (await labels.member(null, 'stranger')).token)).status).toBe(404);
  });

  it('refuses what a format has no place for, and what it does not know', async () => {
    const semantic = await labels.dataset('semantic_segmentation');
    const refusals: unknown[] = [];
    for (const query of ['format=yolo', 'format=voc', 'format=yolo&as=file', 'format=tfrecord', 'format=coco&images=yes']) {
      const answer = await get(query === 'format=yolo&as=file' ? await boxes() : semantic, query);
      const { code, errors } = (await answer.json()) as Problem;
      refusals.push([answer.status, code, errors?.map(({ pointer }) => pointer)]);
    }
    expect(refusals).toEqual([
      [422, 'validation-failed', ['/query/format']],
      [422, 'validation-failed', ['/query/format']],
      [422, 'validation-failed', ['/query/as']],
      [400, 'invalid-parameter', ['/query/format']],
      [400, 'invalid-parameter', ['/query/images']],
    ]);
  });

  it('gives its connection back when the client goes away', async () => {
    const id = await labels.dataset('object_detection', { images: 20_000 });
    for (let turn = 0; turn < 8; turn += 1) {
      const answer = await get(id, 'format=coco&as=file');
      await answer.body?.cancel();
    }
    // An answer that nobody reads would hold the backend when it stops.
    const again = async (): Promise<number> => {
      const answer = await get(id, 'format=coco&as=file');
      await answer.body?.cancel();
      return answer.status;
    };
    await expect.poll(again, { timeout: 10_000 }).toBe(200);
  });
});
