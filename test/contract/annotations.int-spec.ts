import { randomUUID } from 'node:crypto';
import { labelsDigest, rleText, spansText } from '@app/dice-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest, type Answer, type Document, type Problem } from './labels-under-test.js';

let labels: LabelsUnderTest;
let boxes = '';

beforeAll(async () => {
  labels = await LabelsUnderTest.start();
  boxes = await labels.dataset('object_detection', { images: 40 });
});
afterAll(() => labels.close());

/** Each test takes images that no other touched. */
let nextImage = 10;
const freshImage = (): number => nextImage++;
const findings = (answer: Answer<Problem>): string[] => (answer.body.errors ?? []).map((one) => `${one.code} ${one.pointer}`);

async function row(dataset: string, number: number): Promise<Record<string, unknown>> {
  return (await labels.pool.query('select *, encode(labels_digest, \'hex\') as digest from dataset_images where dataset_id = $1 and number = $2', [dataset, number])).rows[0] as Record<string, unknown>;
}

describe('the labels of an image', () => {
  it('are changed by the form of the seed, with an id like 000005', async () => {
    const before = await labels.get(boxes, '000005');
    expect(before.headers.get('etag')).toBe('"1"');
    expect(before.body).toMatchObject({ image_id: 5, revision: 1, status: 'unlabeled', no_object: false, width: 100, height: 80, annotations: [], labeled_by: null });
    const added = await labels.patch(boxes, '000005', { revision: 1, body: { annotation: { bbox: [10, 20, 30, 40], class_id: 1 } } });
    expect(added.status, JSON.stringify(added.body)).toBe(200);
    expect(added.headers.get('etag')).toBe('"2"');
    expect(added.body).toMatchObject({ revision: 2, status: 'labeled', annotations: [{ number: 1, class_id: 1, class_name: 'cat', bbox: [10, 20, 30, 40], bbox_format: 'xywh', area: 1200, iscrowd: 0, attributes: {}, confidence: 1, source: 'manual' }] });
    const moved = await labels.patch(boxes, 5, { revision: 2, body: { annotation: { bbox: [11, 21, 31, 41] } } });
    expect(moved.body.annotations).toEqual([{ ...added.body.annotations?.[0], bbox: [11, 21, 31, 41], area: 31 * 41 }]);
    const read = await labels.get(boxes, 5);
    expect(read.body).toEqual(moved.body);
    const stored = await row(boxes, 5);
    expect(stored).toMatchObject({ revision: 3, status: 'labeled', class_ids: [1], object_count: 1, next_object_number: 2 });
    expect(stored['digest']).toBe(labelsDigest([{ class_id: 1, confidence: 1, bbox: [11, 21, 31, 41], iscrowd: 0, attributes: {} }]));
  });

  it('are not sent again to who has them', async () => {
    const read = await labels.get(boxes, 1, { 'if-none-match': '"1"' });
    expect(read.status).toBe(304);
    expect(read.headers.get('etag')).toBe('"1"');
    expect((await labels.get(boxes, 1, { 'if-none-match': '"2"' })).status).toBe(200);
  });

  it('are written in every form, and numbers are given once', async () => {
    const image = freshImage();
    const mine = randomUUID();
    const list = await labels.patch(boxes, image, { revision: 1, body: { annotations: [{ class_id: 0, bbox: [0, 0, 5, 5] }, { id: mine, class_id: 1, bbox: [1, 1, 5, 5], attributes: { occluded: true } }, { id: 7, class_id: 2, bbox: [2, 2, 5, 5] }] } });
    expect(list.status, JSON.stringify(list.body)).toBe(200);
    expect(list.body.annotations?.map((one) => [one['number'], one['class_id']])).toEqual([[1, 0], [2, 1], [7, 2]]);
    expect(list.body.annotations?.[1]?.['id']).toBe(mine);
    const third = String(list.body.annotations?.[2]?.['id']);
    const other = randomUUID();
    const changed = await labels.patch(boxes, image, { revision: 2, body: { changes: [{ id: third, after: null }, { id: other, after: { class_id: 0, bbox: [3, 3, 5, 5] } }, { id: mine, after: { class_id: 2, bbox: [1, 1, 6, 6] } }] } });
    // What an object says is replaced whole: the attribute is gone.
    expect(changed.body.annotations?.map((one) => [one['id'], one['number'], one['class_id'], one['attributes']])).toEqual([[list.body.annotations?.[0]?.['id'], 1, 0, {}], [mine, 2, 2, {}], [other, 8, 0, {}]]);
    const one = await labels.patch(boxes, image, { revision: 3, body: { annotation: { id: 2, class_id: 1 } } });
    expect(one.body.annotations?.[1]).toMatchObject({ id: mine, class_id: 1, class_name: 'cat', bbox: [1, 1, 6, 6] });
    // The list as it was answered goes back unchanged.
    const back = await labels.patch(boxes, image, { revision: 4, body: { annotations: one.body.annotations } });
    expect(back.status, JSON.stringify(back.body)).toBe(200);
    expect(back.body.annotations).toEqual(one.body.annotations);
    const unclear = await labels.patch<Problem>(boxes, image, { revision: 5, body: { annotation: { bbox: [0, 0, 1, 1] } } });
    expect([unclear.status, ...findings(unclear)]).toEqual([422, 'several-objects /annotation/id']);
    const none = await labels.patch<Problem>(boxes, freshImage(), { revision: 1, body: { annotation: { bbox: [0, 0, 1, 1] } } });
    expect([none.status, ...findings(none)]).toEqual([422, 'no-object-to-change /annotation/class_id']);
    const classes = await labels.pool.query('select class_id from dataset_image_classes where dataset_id = $1 and number = $2 order by 1', [boxes, image]);
    expect(classes.rows.map((found: { class_id: number }) => found.class_id)).toEqual([0, 1]);
  });

  it('know empty from not looked at, and a review ends with the next change', async () => {
    const image = freshImage();
    const annotator = await labels.member(boxes, 'annotator');
    const reviewer = await labels.member(boxes, 'reviewer');
    const empty = await labels.patch(boxes, image, { revision: 1, body: { no_object: true }, token: annotator.token });
    expect(empty.body).toMatchObject({ status: 'labeled', no_object: true, annotations: [], labeled_by: annotator.id });
    expect((await labels.patch(boxes, image, { revision: 2, body: { status: 'reviewed' }, token: annotator.token })).status).toBe(403);
    const reviewed = await labels.patch(boxes, image, { revision: 2, body: { status: 'reviewed' }, token: reviewer.token });
    expect(reviewed.body).toMatchObject({ status: 'reviewed', reviewed_by: reviewer.id, labeled_by: annotator.id });
    expect((await labels.patch(boxes, image, { revision: 3, body: { status: 'labeled' }, token: annotator.token })).status).toBe(403);
    const edited = await labels.patch(boxes, image, { revision: 3, body: { annotation: { class_id: 0, bbox: [1, 1, 2, 2] } }, token: annotator.token });
    expect(edited.body).toMatchObject({ status: 'labeled', no_object: false, reviewed_by: null });
    const gone = await labels.patch(boxes, image, { revision: 4, body: { annotation: null } });
    expect(gone.body).toMatchObject({ status: 'unlabeled', annotations: [] });
    const wrong = await labels.patch<Problem>(boxes, image, { revision: 5, body: { status: 'labeled' } });
    expect([wrong.status, ...findings(wrong)]).toEqual([422, 'status-conflict /status']);
    expect((await labels.patch<Problem>(boxes, image, { revision: 5, body: { no_object: true, annotation: { class_id: 0, bbox: [1, 1, 2, 2] } } })).body.errors?.[0]?.code).toBe('has-objects');
  });

  it('are counted in the dataset and told to the world', async () => {
    const dataset = await labels.dataset('object_detection');
    await labels.patch(dataset, 1, { revision: 1, body: { annotations: [{ class_id: 0, bbox: [1, 1, 2, 2] }, { class_id: 2, bbox: [1, 1, 2, 2] }] } });
    await labels.patch(dataset, 2, { revision: 1, body: { annotations: [{ class_id: 2, bbox: [1, 1, 2, 2] }] } });
    await labels.patch(dataset, 1, { revision: 2, body: { annotations: [{ class_id: 1, bbox: [1, 1, 2, 2] }] } });
    const view = await labels.call<{ num_labeled: number; change_seq: number; classes: { count: number }[] }>('GET', `datasets/${dataset}`);
    expect(view.body).toMatchObject({ num_labeled: 2, change_seq: 3 });
    expect(view.body.classes.map((one) => one.count)).toEqual([0, 1, 1]);
    const events = await labels.pool.query(`select e.event->'data' as data from outbox o cross join lateral jsonb_array_elements(case jsonb_typeof(o.event) when 'array' then o.event else jsonb_build_array(o.event) end) as e (event) where e.event->'data'->>'dataset_id' = $1 and o.stream = 'VISION_ANNOTATION' order by o.seq`, [dataset]);
    expect(events.rows.map(({ data }: { data: Record<string, unknown> }) => [data['image_id'], data['revision'], data['seq'], data['added'], data['changed'], data['removed']])).toEqual([[1, 2, 1, 2, 0, 0], [2, 2, 2, 1, 0, 0], [1, 3, 3, 1, 0, 2]]);
  });
});

describe('a write', () => {
  it('needs the revision that it changes, and gets the labels that there are when it is stale', async () => {
    const image = freshImage();
    const body = { annotation: { class_id: 0, bbox: [1, 1, 2, 2] } };
    expect((await labels.patch<Problem>(boxes, image, { body })).body.code).toBe('precondition-required');
    expect((await labels.call('PATCH', `datasets/${boxes}/annotations/${image}`, { body, headers: { 'if-match': '*' } })).status).toBe(428);
    expect((await labels.call('PATCH', `datasets/${boxes}/annotations/${image}`, { body, headers: { 'if-match': '1' } })).status).toBe(400);
    const written = await labels.patch(boxes, image, { revision: 1, body });
    const stale = await labels.patch<Problem>(boxes, image, { revision: 1, body });
    expect(stale.status).toBe(412);
    expect(stale.body.code).toBe('version-conflict');
    expect(stale.body.current).toEqual(written.body);
    expect((await labels.call('PATCH', `datasets/${boxes}/annotations/${image}`, { body, headers: { 'if-match': 'W/"9", "2"' } })).status).toBe(200);
  });

  it('is done once under one key, and a repeat gets its first answer even after later changes', async () => {
    const image = freshImage();
    const key = randomUUID();
    const body = { annotation: { class_id: 0, bbox: [1, 1, 2, 2] } };
    const [first, twin] = await Promise.all([labels.patch(boxes, image, { revision: 1, body, key }), labels.patch(boxes, image, { revision: 1, body, key })]);
    expect([first.status, twin.status]).toEqual([200, 200]);
    expect(first.body).toEqual(twin.body);
    expect([first, twin].filter((answer) => answer.headers.get('idempotent-replay') === 'true')).toHaveLength(1);
    await labels.patch(boxes, image, { revision: 2, body: { annotations: [] } });
    const late = await labels.patch(boxes, image, { revision: 1, body, key });
    expect(late.headers.get('idempotent-replay')).toBe('true');
    expect(late.headers.get('etag')).toBe('"2"');
    expect(late.body.annotations).toEqual(first.body.annotations);
    const other = await labels.patch<Problem>(boxes, image, { revision: 3, body: { annotations: [] }, key });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    expect((await labels.get(boxes, image)).body.revision).toBe(3);
    // The key is of one person and one image.
    expect((await labels.patch(boxes, freshImage(), { revision: 1, body, key })).headers.get('idempotent-replay')).toBeNull();
  });

  it('is refused to those who may not, and hides what one may not see', async () => {
    const image = freshImage();
    const body = { annotation: { class_id: 0, bbox: [1, 1, 2, 2] } };
    const [viewer, stranger] = [await labels.member(boxes, 'viewer'), await labels.member(null, 'nobody')];
    expect((await labels.patch(boxes, image, { revision: 1, body, token: viewer.token })).status).toBe(403);
    const hidden = await labels.patch<Problem>(boxes, image, { revision: 1, body, token: stranger.token });
    const absent = await labels.patch<Problem>('platform-absent-00000000', image, { revision: 1, body, token: stranger.token });
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect({ ...hidden.body, request_id: '' }).toEqual({ ...absent.body, request_id: '' });
    expect((await labels.patch(boxes, 4_000, { revision: 1, body })).status).toBe(404);
    for (const id of ['0', '-1', '5.0', 'x', '99999999999', '1e1']) expect((await labels.get(boxes, id)).status, id).toBe(400);
    expect((await labels.get(boxes, image)).body.revision).toBe(1);
  });

  it('waits until the labels of an uploaded zip are rows', async () => {
    const dataset = await labels.dataset('object_detection');
    await labels.pool.query('update datasets set labels_loaded = false where id = $1', [dataset]);
    await labels.pool.query(`insert into dataset_imports (id, dataset_id, kind, state, requested_by, done, total, leased_until) select gen_random_uuid(), $1, 'load-labels', 'running', created_by, 5, 20, now() + interval '1 hour' from datasets where id = $1`, [dataset]);
    for (const answer of [await labels.get(dataset, 1), await labels.patch(dataset, 1, { revision: 1, body: { annotations: [] } }), await labels.call('GET', `datasets/${dataset}/annotations/1/history`)]) {
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'state-conflict', progress: { state: 'running', done: 5, total: 20 } });
      expect(answer.headers.get('retry-after')).toBe('2');
    }
  });
});

describe('the history', () => {
  it('tells who, when, before and after, page by page, and an earlier state comes back as a new revision', async () => {
    const image = freshImage();
    const annotator = await labels.member(boxes, 'annotator');
    const first = await labels.patch(boxes, image, { revision: 1, body: { annotation: { class_id: 0, bbox: [1, 1, 2, 2] } }, token: annotator.token });
    await labels.patch(boxes, image, { revision: 2, body: { annotation: { class_id: 1 , bbox: [5, 5, 2, 2] } } });
    await labels.patch(boxes, image, { revision: 3, body: { annotations: [] } });
    interface Item { revision: number; by: { id: string; name: string } | null; kind: string; reason: string | null; changes: { before: object | null; after: object | null }[] }
    interface Page { items: Item[]; next_cursor: string | null }
    const pages: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer<Page> = await labels.call<Page>('GET', `datasets/${boxes}/annotations/${image}/history?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      pages.push(...page.body.items);
      cursor = page.body.next_cursor;
    }
    expect(pages.map((item) => [item.revision, item.kind, item.changes.map((one) => [one.before === null, one.after === null])])).toEqual([
      [4, 'annotated', [[false, true], [false, true]]],
      [3, 'annotated', [[true, false]]],
      [2, 'annotated', [[true, false]]],
      [1, 'added', []],
    ]);
    expect(pages[2]).toMatchObject({ by: { id: annotator.id, name: 'The annotator' }, changes: [{ before: null, after: first.body.annotations?.[0] }], status: { before: 'unlabeled', after: 'labeled' } });
    expect((await labels.get(boxes, `${image}?revision=2`)).body.annotations).toEqual(first.body.annotations);
    expect((await labels.get(boxes, `${image}?revision=1`)).body.annotations).toEqual([]);
    expect((await labels.get(boxes, `${image}?revision=9`)).status).toBe(404);
    const restore = (revision: number, match: number, token?: string): Promise<Answer<Document & Problem>> =>
      labels.call('POST', `datasets/${boxes}/annotations/${image}/restore`, { body: { revision }, headers: { 'if-match': `"${match}"` }, ...(token === undefined ? {} : { token }) });
    expect((await restore(2, 4, annotator.token)).status).toBe(403);
    expect((await restore(2, 3)).status).toBe(412);
    expect((await restore(77, 4)).status).toBe(422);
    expect((await labels.call('POST', `datasets/${boxes}/annotations/${image}/restore`, { body: { revision: 2 } })).status).toBe(428);
    const restored = await restore(2, 4);
    expect(restored.body).toMatchObject({ revision: 5, status: 'labeled' });
    expect(restored.body.annotations).toEqual(first.body.annotations);
    const newest = await labels.call<Page>('GET', `datasets/${boxes}/annotations/${image}/history?limit=1`);
    expect(newest.body.items[0]).toMatchObject({ revision: 5, reason: 'restore' });
  });
});

describe('one-object tasks', () => {
  it('have one class, which is replaced', async () => {
    const dataset = await labels.dataset('image_classification');
    const first = await labels.patch(dataset, 1, { revision: 1, body: { annotation: { class_id: 1 } } });
    expect(first.body.annotation).toMatchObject({ number: 1, class_id: 1, class_name: 'cat', confidence: 1, source: 'manual' });
    const second = await labels.patch(dataset, 1, { revision: 2, body: { annotation: { class_id: 2, confidence: 0.5, source: 'model', score: 0.9, model: 'm1' } } });
    expect(second.body.annotation).toEqual({ id: first.body.annotation?.['id'], number: 1, class_id: 2, class_name: 'dog', confidence: 0.5, source: 'model', score: 0.9, model: 'm1' });
    const several = await labels.patch<Problem>(dataset, 1, { revision: 3, body: { annotations: [{ class_id: 0 }, { class_id: 1 }] } });
    expect([several.status, ...findings(several)]).toEqual([422, 'several-labels /annotations']);
    expect((await labels.patch(dataset, 1, { revision: 3, body: { annotation: null } })).body).toMatchObject({ annotation: null, status: 'unlabeled' });
    const multi = await labels.dataset('image_classification', { multiLabel: true });
    expect((await labels.patch(multi, 1, { revision: 1, body: { annotations: [{ class_id: 0 }, { class_id: 1 }] } })).body.annotations).toHaveLength(2);
  });

  it('have one mask, replaced whole, whose layers keep their identity by class', async () => {
    const dataset = await labels.dataset('semantic_segmentation');
    const mask = (...classes: [number, number, number][]): unknown => ({ annotation: { mask: { size: [80, 100], classes: classes.map(([class_id, from, to]) => ({ class_id, counts: spansText([from, to], 8000) })) } } });
    const first = await labels.patch(dataset, 1, { revision: 1, body: mask([0, 0, 100], [1, 100, 200]) });
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    const layers = (answer: Answer<Document>): Record<string, unknown>[] => (answer.body.annotation?.['mask'] as { classes: Record<string, unknown>[] }).classes;
    const second = await labels.patch(dataset, 1, { revision: 2, body: mask([1, 50, 200], [-1, 300, 400]) });
    expect(layers(second).map((one) => [one['number'], one['class_id'], one['class_name']])).toEqual([[2, 1, 'cat'], [3, -1, undefined]]);
    expect(layers(second)[0]?.['id']).toBe(layers(first)[1]?.['id']);
    expect(await row(dataset, 1)).toMatchObject({ class_ids: [1], object_count: 1 });
    // What was answered goes back unchanged.
    const back = await labels.patch(dataset, 1, { revision: 3, body: { annotation: second.body.annotation } });
    expect(layers(back)).toEqual(layers(second));
    const overlap = await labels.patch<Problem>(dataset, 1, { revision: 4, body: mask([0, 0, 101], [1, 100, 200]) });
    expect([overlap.status, ...findings(overlap)]).toEqual([422, 'mask-overlap /annotation/mask/classes']);
  });
});

/** Abuse cases F1 to F9 of design/reliability.md; the last of each is right and is taken. */
const huge = Array.from({ length: 20_002 }, (_, at) => at % 100);
const detect = (fields: Record<string, unknown>): unknown => ({ annotation: { class_id: 0, bbox: [1, 1, 2, 2], ...fields } });
const TABLE: readonly (readonly [name: string, task: string, body: unknown, expected: string])[] = [
  ['F1 a text as a number', 'object_detection', detect({ bbox: ['1', 1, 2, 2] }), '422 invalid-box /annotation/bbox'],
  ['F1 1e400', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,1e400]}}', '400 malformed-json'],
  ['F1 NaN', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,NaN]}}', '400 malformed-json'],
  ['F1 1e-400 as a width', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,1e-400,2]}}', '422 box-size /annotation/bbox'],
  ['F1 -0 as a place', 'object_detection', '{"annotation":{"class_id":0,"bbox":[-0,1,2,2]}}', '200'],
  ['F2 outside', 'object_detection', detect({ bbox: [98, 1, 4, 4] }), '422 box-outside /annotation/bbox'],
  ['F2 negative', 'object_detection', detect({ bbox: [-5, 1, 10, 4] }), '422 box-outside /annotation/bbox'],
  ['F2 no area', 'object_detection', detect({ bbox: [5, 5, 0, 4] }), '422 box-size /annotation/bbox'],
  ['F2 swapped corners', 'object_detection', detect({ bbox: [5, 5, -3, -3] }), '422 box-size /annotation/bbox'],
  ['F2 one pixel outside', 'object_detection', detect({ bbox: [97, 1, 4, 4] }), '200'],
  ['F3 two points', 'instance_segmentation', detect({ segmentation: [[1, 1, 2, 2]] }), '422 invalid-polygon /annotation/segmentation'],
  ['F3 odd', 'instance_segmentation', detect({ segmentation: [[1, 1, 2, 2, 3, 3, 4]] }), '422 invalid-polygon /annotation/segmentation'],
  ['F3 10,001 points', 'instance_segmentation', detect({ segmentation: [huge] }), '422 out-of-range /annotation/segmentation'],
  ['F3 10,001 objects', 'object_detection', { annotations: Array.from({ length: 10_001 }, () => ({ class_id: 0, bbox: [1, 1, 2, 2] })) }, '422 out-of-range /annotations'],
  ['F3 a triangle without its box', 'instance_segmentation', { annotation: { class_id: 0, segmentation: [[1, 1, 9, 1, 9, 9]] } }, '200'],
  ['F4 unknown class', 'object_detection', detect({ class_id: 99 }), '422 unknown-class /annotation/class_id'],
  ['F4 background', 'object_detection', detect({ class_id: -1 }), '422 unknown-class /annotation/class_id'],
  ['F4 the name of another class', 'object_detection', detect({ class_name: 'dog' }), '422 class-name-mismatch /annotation/class_name'],
  ['F4 its own name', 'object_detection', detect({ class_name: 'raccoon' }), '200'],
  ['F5 more than the image', 'semantic_segmentation', { annotation: { mask: { size: [80, 100], classes: [{ class_id: 0, counts: rleText([0, 8001]) }] } } }, '422 invalid-rle /annotation/mask/classes/0/counts'],
  ['F5 a billion pixels', 'semantic_segmentation', { annotation: { mask: { size: [80, 100], classes: [{ class_id: 0, counts: rleText([0, 1_000_000_000]) }] } } }, '422 invalid-rle /annotation/mask/classes/0/counts'],
  ['F5 negative', 'semantic_segmentation', { annotation: { mask: { size: [80, 100], classes: [{ class_id: 0, counts: rleText([-5, 8005]) }] } } }, '422 invalid-rle /annotation/mask/classes/0/counts'],
  ['F5 another size', 'semantic_segmentation', { annotation: { mask: { size: [40_000, 40_000], classes: [{ class_id: 0, counts: rleText([0, 1_600_000_000]) }] } } }, '422 invalid-mask /annotation/mask/size'],
  ['F5 a class twice', 'semantic_segmentation', { annotation: { mask: { size: [80, 100], classes: [{ class_id: 0, counts: rleText([0, 1, 7999]) }, { class_id: 0, counts: rleText([1, 1, 7998]) }] } } }, '422 duplicate-class /annotation/mask/classes/1/class_id'],
  ['F5 the whole image', 'semantic_segmentation', { annotation: { mask: { size: [80, 100], classes: [{ class_id: 0, counts: rleText([0, 8000]) }] } } }, '200'],
  ['F5 runs of an instance past the image', 'instance_segmentation', detect({ segmentation: { size: [80, 100], counts: [0, 9000] } }), '422 invalid-rle /annotation/segmentation'],
  ['F5 runs of an instance', 'instance_segmentation', detect({ segmentation: { size: [80, 100], counts: rleText([10, 20, 7970]) } }), '200'],
  ['F6 one keypoint of two', 'pose_estimation', detect({ keypoints: [1, 1, 2] }), '422 keypoint-count /annotation/keypoints'],
  ['F6 visibility 7', 'pose_estimation', detect({ keypoints: [1, 1, 7, 1, 1, 2] }), '422 invalid-keypoints /annotation/keypoints'],
  ['F6 two keypoints', 'pose_estimation', detect({ keypoints: [1, 1, 1, 0, 0, 0] }), '200'],
  ['F7 an id twice', 'object_detection', { annotations: [1, 2].map(() => ({ id: '0190f3d0-0000-7000-8000-000000000001', class_id: 0, bbox: [1, 1, 2, 2] })) }, '422 duplicate-id /annotations/1/id'],
  ['F7 the id of another image', 'object_detection', { annotation: { id: '0190f3d0-0000-7000-8000-00000000000f', bbox: [1, 1, 2, 2] } }, '422 unknown-object /annotation/id'],
  ['F7 removes what is not there', 'object_detection', { changes: [{ id: '0190f3d0-0000-7000-8000-00000000000f', after: null }] }, '422 unknown-object /changes/0/id'],
  ['F7 an id of its own', 'object_detection', { changes: [{ id: '0190f3d0-0000-7000-8000-00000000000f', after: { class_id: 0, bbox: [1, 1, 2, 2] } }] }, '200'],
  ['F8 65 levels', 'object_detection', `{"annotation":${'['.repeat(65)}${']'.repeat(65)}}`, '400 malformed-json'],
  ['F8 100,000 levels', 'object_detection', '['.repeat(100_000), '400 malformed-json'],
  ['F8 too many bytes', 'object_detection', `{"annotation":{"class_id":0,"bbox":[1,1,2,2],"attributes":{"a":"${'x'.repeat(5_100_000)}"}}}`, '413 too-large'],
  ['F9 U+0000', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,2],"attributes":{"a":"\\u0000"}}}', '400 malformed-json'],
  ['F9 a lone surrogate', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,2],"attributes":{"a":"\\ud800"}}}', '400 malformed-json'],
  ['F9 a key twice', 'object_detection', '{"annotation":{"class_id":0,"class_id":1,"bbox":[1,1,2,2]}}', '400 malformed-json'],
  ['F9 a smile', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,2],"attributes":{"너구리":"\\ud83d\\ude00"}}}', '200'],
  ['B10 __proto__ as a field', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,2],"__proto__":{"polluted":true}}}', '422 unknown-field /annotation/__proto__'],
  ['B10 __proto__ as data', 'object_detection', '{"annotation":{"class_id":0,"bbox":[1,1,2,2],"attributes":{"__proto__":"x","constructor":"y"}}}', '200'],
  ['nested attributes', 'object_detection', detect({ attributes: { a: { b: 1 } } }), '422 invalid-field /annotation/attributes/a'],
  ['101 attributes', 'object_detection', detect({ attributes: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`a${at}`, 1])) }), '422 out-of-range /annotation/attributes'],
  ['unknown fields of the request', 'object_detection', { annotation: null, revision: 7 }, '422 unknown-field /revision'],
  ['nothing', 'object_detection', {}, '422 custom '],
  ['two forms', 'object_detection', { annotation: null, annotations: [] }, '422 custom '],
  ['a foreign source', 'object_detection', detect({ source: 'robot' }), '422 invalid-field /annotation/source'],
  ['a score of 2', 'object_detection', detect({ score: 2 }), '422 invalid-field /annotation/score'],
];

describe('hostile labels', () => {
  const datasets = new Map<string, string>();
  beforeAll(async () => {
    for (const task of new Set(TABLE.map(([, one]) => one))) datasets.set(task, await labels.dataset(task, { images: TABLE.length }));
  });

  it.each(TABLE.map((one, index) => [one[0], index] as const))('%s', async (_, index) => {
    const [, task, body, expected] = TABLE[index] ?? ['', '', '', ''];
    const dataset = datasets.get(task) ?? '';
    const answer = await labels.patch<Problem>(dataset, index + 1, { revision: 1, body });
    const shown = answer.status === 200 ? '200' : answer.status === 422 ? `422 ${findings(answer)[0] ?? ''}` : `${answer.status} ${answer.body.code}`;
    expect(shown).toBe(expected);
    expect((await labels.get(dataset, index + 1)).body.revision).toBe(answer.status === 200 ? 2 : 1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('are told all at once', async () => {
    const answer = await labels.patch<Problem>(boxes, freshImage(), {
      revision: 1,
      body: { annotations: [{ class_id: 9, bbox: [1, 1, 0, 2], color: 'red' }, 5, { class_id: 0, bbox: [1, 1, 2, 2], confidence: 2 }], no_object: true },
    });
    expect(findings(answer)).toEqual(['unknown-field /annotations/0/color', 'unknown-class /annotations/0/class_id', 'box-size /annotations/0/bbox', 'invalid-field /annotations/1', 'invalid-field /annotations/2/confidence']);
  });
});
