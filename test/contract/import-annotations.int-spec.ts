import { DomainError, handleFailpoints } from '@app/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest, type Document, type Problem } from './labels-under-test.js';
import { filesOfZip } from './zip-of-answer.js';
import { zipOf } from './zip-of-texts.js';

let labels: LabelsUnderTest;
beforeAll(async () => {
  labels = await LabelsUnderTest.start();
});
afterEach(() => handleFailpoints(null));
afterAll(() => labels.close());

type Report = Problem & {
  readonly format: string;
  readonly images: Readonly<Record<string, number>>;
  readonly objects: number;
  readonly classes: readonly { readonly name: string; readonly count: number; readonly target: unknown }[];
  readonly errors: readonly { readonly code: string; readonly pointer?: string; readonly entry?: string }[];
  readonly warnings: readonly { readonly code: string }[];
};

interface Sent {
  readonly query?: string;
  readonly mapping?: unknown;
  readonly name?: string;
  readonly token?: string;
}

async function send(id: string, content: string | Uint8Array, { query = '', mapping, name = 'labels.json', token = labels.token }: Sent = {}): Promise<{ status: number; body: Report }> {
  const form = new FormData();
  if (mapping !== undefined) form.set('class_mapping', typeof mapping === 'string' ? mapping : JSON.stringify(mapping));
  form.set('file', new File([typeof content === 'string' ? content : Buffer.from(content)], name));
  const answer = await fetch(`${labels.backend.url}/api/v1/datasets/${id}/annotations/import${query}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  return { status: answer.status, body: (await answer.json()) as Report };
}

const coco = (annotations: readonly unknown[], categories: readonly unknown[] = [{ id: 7, name: 'cat' }, { id: 9, name: 'dog' }]): string =>
  JSON.stringify({ images: [1, 2, 3].map((n) => ({ id: n, file_name: `00000${n}.png`, width: 100, height: 80 })), annotations: annotations.map((one, id) => ({ id, ...(one as object) })), categories });
const CAT = { image_id: 1, category_id: 7, bbox: [1, 2, 30, 40] };
const DOG = { image_id: 2, category_id: 9, bbox: [5, 5, 10, 10], attributes: { age: 3 } };

async function objectsOf(id: string, image: number): Promise<Record<string, unknown>[]> {
  return [...((await labels.get(id, image)).body.annotations ?? [])];
}

describe('POST datasets/{id}/annotations/import', () => {
  it('writes labels as revisions of who sent them; the same file again writes nothing', async () => {
    const id = await labels.dataset('object_detection');
    const annotator = await labels.member(id, 'annotator');
    const first = await send(id, coco([CAT, DOG]), { token: annotator.token });
    expect(first).toMatchObject({ status: 200, body: { dry_run: false, format: 'coco', objects: 2, images: { found: 3, matched: 3, unknown: 0, without_labels: 1, changed: 2, unchanged: 0, kept: 0, refused: 0 }, errors: [] } });
    expect(await objectsOf(id, 2)).toMatchObject([{ class_id: 2, class_name: 'dog', bbox: [5, 5, 10, 10], attributes: { age: 3 }, source: 'import', number: 1 }]);
    const history = await labels.call<{ items: unknown[] }>('GET', `datasets/${id}/annotations/1/history`);
    expect(history.body.items[0]).toMatchObject({ by: { id: annotator.id }, reason: 'import', revision: 2 });
    const again = await send(id, coco([CAT, DOG]), { token: annotator.token });
    expect(again.body.images).toMatchObject({ changed: 0, unchanged: 2 });
    expect((await labels.get(id, 1)).body.revision).toBe(2);
  });

  it('that broke off leaves whole batches; the same file again writes the others, and a version from before takes all back', async () => {
    const id = await labels.dataset('object_detection', { images: 300 });
    const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
    const images = numbers.map((n) => ({ id: n, file_name: `${String(n).padStart(6, '0')}.png`, width: 100, height: 80 }));
    const file = JSON.stringify({ images, annotations: numbers.map((n) => ({ ...CAT, id: n, image_id: n })), categories: [{ id: 7, name: 'cat' }] });
    const { version } = (await labels.call<{ version: number }>('POST', `datasets/${id}/snapshots`, { body: {} })).body;
    handleFailpoints((name) => (name === 'import-batch' ? Promise.reject(new DomainError('unavailable', 'The process ended here.')) : Promise.resolve()));
    expect((await send(id, file)).status).toBe(503);
    handleFailpoints(null);
    expect([(await labels.get(id, 256)).body.revision, (await labels.get(id, 257)).body.revision]).toEqual([2, 1]);
    expect((await send(id, file)).body.images).toMatchObject({ changed: 44, unchanged: 256 });
    expect([(await labels.get(id, 256)).body.revision, (await labels.get(id, 257)).body.revision]).toEqual([2, 2]);
    const restored = await labels.call<{ images: Record<string, number> }>('POST', `datasets/${id}/snapshots/${version}/restore`);
    expect([restored.status, restored.body.images['relabelled'], await objectsOf(id, 300)]).toEqual([200, 300, []]);
  });

  it('keeps the ids of objects that stay, and can leave labeled images alone', async () => {
    const id = await labels.dataset('object_detection');
    await send(id, coco([CAT, { ...CAT, bbox: [50, 50, 5, 5] }]));
    const before = await objectsOf(id, 1);
    const kept = await send(id, coco([{ ...CAT, bbox: [9, 9, 9, 9] }, DOG]), { query: '?on_labeled=skip' });
    expect(kept.body.images).toMatchObject({ changed: 1, kept: 1 });
    expect(await objectsOf(id, 1)).toEqual(before);
    await send(id, coco([{ ...CAT, bbox: [50, 50, 5, 5] }, { ...CAT, bbox: [9, 9, 9, 9] }]));
    const after = await objectsOf(id, 1);
    expect(after.map(({ id: object }) => object)).toContain(before[1]?.['id']);
    expect(after.map(({ number }) => number)).toEqual([2, 3]);
  });

  it('says with dry_run what it would do, and does nothing', async () => {
    const id = await labels.dataset('object_detection');
    const categories = [{ id: 7, name: 'Cat' }, { id: 9, name: 'wolf' }, { id: 10, name: 'unused' }];
    const dry = await send(id, coco([CAT, DOG, { ...CAT, bbox: [1, 1, -5, 5] }], categories), { query: '?dry_run=true' });
    expect(dry.status).toBe(200);
    expect(dry.body.classes).toEqual([{ name: 'Cat', count: 1, target: 1 }, { name: 'wolf', count: 1, target: null }, { name: 'unused', count: 0, target: null }]);
    expect(dry.body.errors).toMatchObject([{ code: 'invalid-box', entry: 'labels.json', pointer: '/annotations/2/bbox' }, { code: 'unmapped-class', pointer: '/class_mapping/wolf' }]);
    expect((await labels.get(id, 1)).body.revision).toBe(1);
  });

  it('maps classes: to an id, to a new class, to nothing', async () => {
    const id = await labels.dataset('object_detection');
    const categories = [{ id: 7, name: 'feline' }, { id: 9, name: 'wolf', supercategory: 'animal' }, { id: 11, name: 'noise' }];
    const file = coco([CAT, DOG, { ...CAT, category_id: 11 }], categories);
    const refused = await send(id, file, { mapping: { feline: 1 } });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ pointer }) => pointer)).toEqual(['/class_mapping/wolf', '/class_mapping/noise']);
    const taken = await send(id, file, { mapping: { feline: 1, wolf: 'create', '*': 'skip' } });
    expect(taken).toMatchObject({ status: 200, body: { objects: 2, images: { changed: 2 } } });
    expect(await objectsOf(id, 1)).toMatchObject([{ class_name: 'cat' }]);
    expect(await objectsOf(id, 2)).toMatchObject([{ class_name: 'wolf', class_id: 3 }]);
    const classes = await labels.call<{ classes: { name: string; supercategory?: string }[] }>('GET', `datasets/${id}/classes`);
    expect(classes.body.classes.at(-1)).toMatchObject({ name: 'wolf', supercategory: 'animal' });
    expect((await send(id, file, { mapping: { feline: 99, '*': 'skip' } })).body.errors).toContainEqual(expect.objectContaining({ code: 'unknown-class', pointer: '/class_mapping/feline' }));
  });

  it('makes classes only for who manages the dataset', async () => {
    const id = await labels.dataset('object_detection');
    const annotator = await labels.member(id, 'annotator');
    const refused = await send(id, coco([CAT], [{ id: 7, name: 'wolf' }]), { mapping: { '*': 'create' }, token: annotator.token });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await labels.get(id, 1)).body.revision).toBe(1);
    expect((await send(id, coco([CAT]), { token: (await labels.member(id, 'viewer')).token })).status).toBe(403);
  });

  it('refuses with everything that is wrong at once, and nothing is written', async () => {
    const id = await labels.dataset('object_detection');
    const refused = await send(id, coco([CAT, { ...CAT, bbox: [90, 1, 30, 5] }, { ...DOG, bbox: [-50, 1, 3, 5] }, { ...DOG, category_id: 4 }, { ...DOG, image_id: 44 }]));
    expect([refused.status, refused.body.code]).toEqual([422, 'validation-failed']);
    expect(refused.body.errors).toMatchObject([
      { code: 'unknown-class', pointer: '/annotations/3/category_id' },
      { code: 'unknown-image', pointer: '/annotations/4/image_id' },
      { code: 'box-outside', pointer: '/images/0', message: '000001.png, object 2: A box lies outside of its image by more than one pixel.' },
      { code: 'box-outside', pointer: '/images/1' },
    ]);
    expect((await labels.get(id, 1)).body.revision).toBe(1);
    const skipped = await send(id, coco([CAT, { ...DOG, bbox: [-50, 1, 3, 5] }]), { query: '?on_error=skip' });
    expect(skipped).toMatchObject({ status: 200, body: { images: { changed: 1, refused: 1 }, errors_total: 1 } });
  });

  it('says so when images are unknown, of another size, or turned', async () => {
    const id = await labels.dataset('object_detection');
    const text = coco([CAT, DOG]).replace('000002.png","width":100,"height":80', 'elsewhere.png","width":100,"height":80').replace('000001.png","width":100,"height":80', '000001.png","width":80,"height":100');
    const { body } = await send(id, text);
    expect(body.images).toMatchObject({ matched: 2, unknown: 1, changed: 1 });
    expect(body.warnings.map(({ code }) => code).sort()).toEqual(['size-turned', 'unknown-image']);
    const none = await send(id, text.replaceAll('.png', '.gif'));
    expect(none.body.errors).toMatchObject([{ code: 'no-image-matched', pointer: '/file' }]);
  });

  it('reads zips of one file an image, by stem and below folders', async () => {
    const id = await labels.dataset('object_detection');
    const yolo = await zipOf({ 'x/data.yaml': 'names: [dog, cat]', 'x/labels/train/000001.txt': '1 0.5 0.5 0.2 0.5\n', 'x/labels/train/000002.txt': '' });
    expect(await send(id, yolo, { name: 'yolo.zip' })).toMatchObject({ status: 200, body: { format: 'yolo', images: { matched: 2, changed: 2 } } });
    expect(await objectsOf(id, 1)).toMatchObject([{ class_name: 'cat', bbox: [40, 20, 20, 40] }]);
    expect((await labels.get(id, 2)).body).toMatchObject({ status: 'labeled', no_object: true });
    const voc = '<annotation><filename>000003.png</filename><size><width>100</width><height>80</height></size><object><name>dog</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object></annotation>';
    expect(await send(id, await zipOf({ 'Annotations/any.xml': voc }), { name: 'voc.zip' })).toMatchObject({ status: 200, body: { format: 'voc', images: { changed: 1 } } });
    expect(await objectsOf(id, 3)).toMatchObject([{ class_name: 'dog', bbox: [1, 2, 8, 6] }]);
  });

  it.each(['object_detection', 'instance_segmentation', 'pose_estimation', 'image_classification', 'semantic_segmentation'])('takes back what an export gave: %s', async (taskType) => {
    const [from, to] = [await labels.dataset(taskType), await labels.dataset(taskType)];
    await labels.patch(from, 1, { revision: 1, body: EXAMPLES[taskType] });
    for (const format of taskType === 'semantic_segmentation' ? ['coco', 'dice'] : ['coco', 'dice', 'labelme', 'cvat']) {
      if (format === 'labelme' && taskType === 'pose_estimation') continue;
      const zip = await fetch(`${labels.backend.url}/api/v1/datasets/${from}/export?format=${format}`, { headers: { authorization: `Bearer ${labels.token}` } });
      const bytes = new Uint8Array(await zip.arrayBuffer());
      expect(Object.keys(await filesOfZip(bytes))).toContain('export-report.json');
      const taken = await send(to, bytes, { name: 'export.zip', query: `?format=${format}` });
      expect([format, taken.status, taken.body.errors, taken.body.images['changed']]).toEqual([format, 200, [], format === 'coco' ? 1 : 0]);
    }
    const [sent, got] = [(await labels.get(from, 1)).body, (await labels.get(to, 1)).body];
    expect(bare(got)).toEqual(bare(sent));
  });

  it.each([
    { what: 'no file of any format', content: 'hello', name: 'a.txt', answer: [422, 'validation-failed'] },
    { what: 'broken JSON', content: '{"images":[', name: 'a.json', answer: [400, 'malformed-json'] },
    { what: 'NaN', content: coco([CAT]).replace('[1,2,30,40]', '[NaN,2,30,40]'), name: 'a.json', answer: [400, 'malformed-json'] },
    { what: 'a document type', content: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotations><image name="&x;"/></annotations>', name: 'a.xml', answer: [422, 'validation-failed'] },
    { what: 'a zip that is none', content: 'PK and nothing', name: 'a.zip', answer: [422, 'unsafe-archive'] },
    { what: 'nothing', content: '', name: 'a.json', answer: [422, 'validation-failed'] },
  ])('refuses $what', async ({ content, name, answer }) => {
    const id = await labels.dataset('object_detection', { images: 1 });
    const { status, body } = await send(id, content, { name, query: name.endsWith('.xml') ? '?format=cvat' : '' });
    expect([status, body.code]).toEqual(answer);
    expect(JSON.stringify(body)).not.toContain('root:');
  });

  it.each([
    ['a mapping that is no JSON', '{', 400],
    ['a mapping to a word', { cat: 'delete' }, 422],
    ['a mapping to a fraction', { cat: 1.5 }, 422],
    ['a list', [], 422],
  ])('refuses %s', async (_, mapping, status) => {
    const id = await labels.dataset('object_detection', { images: 1 });
    const { status: got, body } = await send(id, coco([CAT]), { mapping });
    expect([got, body.errors.every(({ pointer }) => pointer?.startsWith('/class_mapping'))]).toEqual([status, true]);
  });

  it('leaves nothing in the staging area', async () => {
    const id = await labels.dataset('object_detection', { images: 1 });
    const { ObjectStore, objectKeys } = await import('@app/object-store');
    const store = labels.backend.app.get(ObjectStore);
    const staged = async (): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of store.list(objectKeys.stagingArea)) keys.push(key);
      return keys;
    };
    const before = await staged();
    await send(id, coco([CAT]));
    await send(id, 'PK and nothing');
    expect((await staged()).filter((key) => !before.includes(key))).toEqual([]);
  });
});

const EXAMPLES: Readonly<Record<string, unknown>> = {
  object_detection: { annotations: [{ class_id: 1, bbox: [1, 2, 30, 4], attributes: { colour: 'red' } }] },
  instance_segmentation: { annotations: [{ class_id: 1, segmentation: [[1, 1, 9, 1, 9, 9], [20, 20, 30, 20, 30, 30]] }] },
  pose_estimation: { annotations: [{ class_id: 1, bbox: [1, 2, 30, 40], keypoints: [5, 6, 2, 0, 0, 0] }] },
  image_classification: { annotation: { class_id: 2 } },
  semantic_segmentation: { annotation: { mask: { size: [80, 100], classes: [{ class_id: 1, counts: spans([0, 80, 7920]) }, { class_id: 2, counts: spans([160, 80, 7760]) }] } } },
};

/** COCO's string of runs below 2^14, the first three of which are no differences. */
function spans(runs: readonly [number, number, number]): string {
  return runs.map((run) => characters(run)).join('');
}

function characters(value: number): string {
  let text = '';
  for (let rest = value, more = true; more; ) {
    const bits = rest & 31;
    rest >>= 5;
    more = (bits & 16) === 0 ? rest !== 0 : rest !== -1;
    text += String.fromCharCode(48 + bits + (more ? 32 : 0));
  }
  return text;
}

function bare({ status, annotation, annotations }: Document): unknown {
  return JSON.parse(JSON.stringify({ status, annotation, annotations }, (key, value: unknown) => (key === 'id' || key === 'source' ? undefined : value)));
}
