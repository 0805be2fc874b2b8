import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabelsUnderTest, type Answer, type Problem } from './labels-under-test.js';

/** Classes that change while labels of them are there. */
interface Classes {
  readonly revision: number;
  readonly classes: readonly { readonly id: number; readonly name: string; readonly color: string; readonly image_count: number; readonly keypoints: readonly string[] | null }[];
}
type ClassesAnswer = Answer<Classes & Problem & { readonly image_count?: number }>;

let labels: LabelsUnderTest;

beforeAll(async () => {
  labels = await LabelsUnderTest.start();
});
afterAll(() => labels.close());

const read = (id: string): Promise<ClassesAnswer> => labels.call('GET', `datasets/${id}/classes`);
function write(id: string, revision: number | null, ...[method, path = '', body, key]: readonly [method: string, path?: string, body?: unknown, key?: string]): Promise<ClassesAnswer> {
  const headers = { ...(revision === null ? {} : { 'if-match': `"${revision}"` }), ...(key === undefined ? {} : { 'idempotency-key': key }) };
  return labels.call(method, `datasets/${id}/classes${path}`, { body, headers });
}
const names = (answer: ClassesAnswer): string[] => answer.body.classes.map((one) => `${one.id} ${one.name} ${one.image_count}`);
const box = (classId: number, x: number): Record<string, unknown> => ({ class_id: classId, bbox: [x, 1, 5, 5] });

async function changesOf(id: string): Promise<{ kind: string; number: number | null; revision: number | null; body: Record<string, unknown> }[]> {
  return (await labels.pool.query('select kind, number, revision, body from dataset_changes where dataset_id = $1 order by seq', [id])).rows as never;
}

/** What every counter and index says, against the documents themselves. */
async function expectSound(id: string): Promise<void> {
  const { rows } = await labels.pool.query(
    `select (select bool_and(k.image_count = (select count(*) from dataset_images i where i.dataset_id = $1 and k.class_id = any(i.class_ids))) from dataset_classes k where k.dataset_id = $1) as counts,
       not exists (select 1 from dataset_images i where i.dataset_id = $1 and i.class_ids is distinct from (select coalesce(array_agg(distinct (o->>'class_id')::int order by (o->>'class_id')::int), '{}') from jsonb_array_elements(i.objects) o)) as class_ids,
       (select coalesce(array_agg((class_id, number) order by class_id, number)::text, '') from dataset_image_classes where dataset_id = $1) = (select coalesce(array_agg((c, number) order by c, number)::text, '') from dataset_images, unnest(class_ids) c where dataset_id = $1) as shown,
       num_classes = (select count(*) from dataset_classes where dataset_id = $1) as number, change_seq = (select count(*) from dataset_changes where dataset_id = $1) as positions
     from datasets where id = $1`,
    [id],
  );
  expect(rows[0]).toEqual({ counts: true, class_ids: true, shown: true, number: true, positions: true });
}

describe('the classes of a dataset', () => {
  it('are added, renamed, recoloured, ordered and deleted, each a revision and a change with what was before', async () => {
    const id = await labels.dataset('object_detection');
    expect((await read(id)).headers.get('etag')).toBe('"1"');
    const added = await write(id, 1, 'POST', '', { name: '너구리', supercategory: 'animal' });
    expect(added.status, JSON.stringify(added.body)).toBe(201);
    expect(names(added)).toEqual(['0 raccoon 0', '1 cat 0', '2 dog 0', '3 너구리 0']);
    expect((await write(id, 2, 'PATCH', '/1', { name: 'kitten', color: '#abcdef' })).body.classes[1]).toMatchObject({ name: 'kitten', color: '#ABCDEF', keypoints: ['nose', 'tail'] });
    expect(names(await write(id, 3, 'PUT', '/order', { class_ids: [3, 1, 0, 2] }))).toEqual(['3 너구리 0', '1 kitten 0', '0 raccoon 0', '2 dog 0']);
    expect(names(await write(id, 4, 'DELETE', '/3'))).toEqual(['1 kitten 0', '0 raccoon 0', '2 dog 0']);
    // The id of a deleted class is not given again.
    expect(names(await write(id, 5, 'POST', '', { name: 'fox' }))).toEqual(['1 kitten 0', '0 raccoon 0', '2 dog 0', '4 fox 0']);
    const changes = await changesOf(id);
    expect(changes.map(({ kind, body }) => [kind, body['change'], body['class_id']])).toEqual([['classes', 'added', 3], ['classes', 'renamed', 1], ['classes', 'reordered', null], ['classes', 'deleted', 3], ['classes', 'added', 4]]);
    expect(changes[1]?.body).toMatchObject({ before: [{ name: 'raccoon' }, { name: 'cat' }, { name: 'dog' }, { name: '너구리' }], after: [{ name: 'raccoon' }, { name: 'kitten' }, { name: 'dog' }, { name: '너구리' }] });
    const { rows } = await labels.pool.query(`select event->'data'->>'change' as change from outbox where type = 'vision.annotation.class.changed.v1' and event->'data'->>'dataset_id' = $1 order by seq`, [id]);
    expect(rows).toEqual(['added', 'renamed', 'reordered', 'deleted', 'added'].map((change) => ({ change })));
    await expectSound(id);
  });

  it('need If-Match, answer a stale one with what they are, and do a repeat once', async () => {
    const id = await labels.dataset('object_detection');
    expect((await write(id, null, 'POST', '', { name: 'fox' })).status).toBe(428);
    expect((await write(id, 1, 'POST', '', { name: 'fox' }, 'once')).status).toBe(201);
    const stale = await write(id, 1, 'DELETE', '/0');
    expect(stale).toMatchObject({ status: 412, body: { code: 'version-conflict', current: { revision: 2 } } });
    const repeat = await write(id, 1, 'POST', '', { name: 'fox' }, 'once');
    expect([repeat.status, repeat.headers.get('idempotent-replay'), repeat.body.revision]).toEqual([201, 'true', 2]);
    expect(await changesOf(id)).toHaveLength(1);
    expect((await labels.call('GET', `datasets/${id}/classes`, { headers: { 'if-none-match': '"2"' } })).status).toBe(304);
  });

  it.each([
    ['a name that is taken', 'POST', '', { name: 'cat' }, 422, 'duplicate-name /name'],
    ['a name with control characters', 'PATCH', '/0', { name: 'a\u0007b' }, 422, 'invalid-field /name'],
    ['the name of the background', 'POST', '', { name: '__background__' }, 422, 'reserved-name /name'],
    ['a colour that is none', 'PATCH', '/0', { color: 'red' }, 422, 'invalid-format /color'],
    ['an order without some', 'PUT', '/order', { class_ids: [0, 1] }, 422, 'incomplete-order /class_ids'],
    ['an order with a stranger', 'PUT', '/order', { class_ids: [0, 1, 9] }, 422, 'unknown-class /class_ids/2'],
    ['a merge into itself', 'POST', '/0/merge', { into: 0 }, 422, 'same-class /into'],
    ['a merge into a stranger', 'POST', '/0/merge', { into: 9 }, 422, 'unknown-class /into'],
    ['a class that is not there', 'DELETE', '/9', undefined, 404, ''],
  ])('refuse %s', async (...[, method, path, body, status, finding]) => {
    const id = await labels.dataset('object_detection');
    const answer = await write(id, 1, method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect((answer.body.errors ?? []).map((one) => `${one.code} ${one.pointer}`).join()).toBe(finding);
    expect((await read(id)).body.revision).toBe(1);
  });

  it('in use are not deleted and keep their keypoints', async () => {
    const id = await labels.dataset('pose_estimation');
    await labels.patch(id, 1, { revision: 1, body: { annotation: { ...box(1, 3), keypoints: [1, 1, 2, 3, 3, 1] } } });
    expect(await write(id, 1, 'DELETE', '/1')).toMatchObject({ status: 409, body: { code: 'state-conflict', image_count: 1 } });
    expect((await write(id, 1, 'PATCH', '/1', { keypoints: ['nose'] })).status).toBe(409);
    expect((await write(id, 1, 'PATCH', '/0', { keypoints: ['nose'], skeleton: null })).status).toBe(200);
    // Now the two differ in their points: they cannot become one.
    expect((await write(id, 2, 'POST', '/1/merge', { into: 0 })).body.errors).toMatchObject([{ code: 'keypoint-count' }]);
  });
});

describe('a merge', () => {
  it('makes every label of the class one of the other, as revisions with a reason, and keeps objects with a place apart', async () => {
    const id = await labels.dataset('object_detection', { images: 600 });
    await labels.pool.query(
      `update dataset_images set objects = jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'number', 1, 'class_id', 1, 'source', 'manual', 'bbox', '[1,2,3,4]'::jsonb), jsonb_build_object('id', gen_random_uuid(), 'number', 2, 'class_id', 2, 'source', 'manual', 'bbox', '[1,2,3,4]'::jsonb)),
         class_ids = '{1,2}', object_count = 2, next_object_number = 3, status = 'reviewed' where dataset_id = $1 and number <= 599`,
      [id],
    );
    await labels.pool.query('insert into dataset_image_classes (dataset_id, class_id, number) select dataset_id, unnest(class_ids), number from dataset_images where dataset_id = $1', [id]);
    await labels.pool.query('update dataset_classes set image_count = 599 where dataset_id = $1 and class_id > 0', [id]);
    const merged = await write(id, 1, 'POST', '/2/merge', { into: 1 });
    expect(names(merged)).toEqual(['0 raccoon 0', '1 cat 599']);
    const document = (await labels.get(id, 599)).body;
    expect(document).toMatchObject({ revision: 2, status: 'reviewed', annotations: [{ class_id: 1, number: 1 }, { class_id: 1, number: 2, class_name: 'cat' }] });
    const history = await labels.call<{ items: { reason: string | null }[] }>('GET', `datasets/${id}/annotations/599/history`);
    expect(history.body.items[0]?.reason).toBe('merge');
    expect((await labels.get(id, 600)).body.revision).toBe(1);
    const changes = await changesOf(id);
    expect(changes).toHaveLength(600);
    expect(changes.at(-1)?.body).toMatchObject({ change: 'merged', class_id: 2, merged_into: 1 });
    await expectSound(id);
    // What is read of the rows is what their hash says.
    const view = await labels.call<{ classes: { id: number }[] }>('GET', `datasets/${id}/annotations.json`);
    expect(view.body.classes.map((one) => one.id)).toEqual([0, 1]);
  }, 30_000);

  it('leaves one label of two in a classification, the surer one', async () => {
    const id = await labels.dataset('image_classification', { multiLabel: true });
    await labels.patch(id, 1, { revision: 1, body: { annotations: [{ class_id: 0 }, { class_id: 1, confidence: 0.25 }, { class_id: 2, confidence: 0.5 }] } });
    await labels.patch(id, 2, { revision: 1, body: { annotations: [{ class_id: 1 }] } });
    expect(names(await write(id, 1, 'POST', '/2/merge', { into: 1 }))).toEqual(['0 raccoon 1', '1 cat 2']);
    expect((await labels.get(id, 1)).body.annotations?.map((one) => [one['class_id'], one['confidence']])).toEqual([[0, 1], [1, 0.5]]);
    expect((await labels.get(id, 2)).body.revision).toBe(2);
    await expectSound(id);
  });

  it('joins the regions of two layers of a mask', async () => {
    const id = await labels.dataset('semantic_segmentation');
    // 8,000 pixels, column-major: 0 to 9 class 0, 10 to 99 class 1.
    const layers = [{ class_id: 0, counts: '0:fi7' }, { class_id: 1, counts: ':j2lf7' }];
    const made = await labels.patch(id, 1, { revision: 1, body: { annotation: { mask: { size: [80, 100], classes: layers } } } });
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    expect((await write(id, 1, 'POST', '/1/merge', { into: 0 })).status).toBe(200);
    expect((await labels.get(id, 1)).body.annotation).toMatchObject({ mask: { classes: [{ class_id: 0, counts: '0T3lf7' }] } });
    await expectSound(id);
  });

  it('is not seen by halves: a label that was checked by the old classes is not written behind it', async () => {
    const id = await labels.dataset('object_detection', { images: 40 });
    const edits = Array.from({ length: 40 }, (_, at) => labels.patch(id, at + 1, { revision: 1, body: { annotation: box(2, at) } }));
    const merge = write(id, 1, 'POST', '/2/merge', { into: 0 });
    const answers = await Promise.all(edits);
    expect((await merge).status).toBe(200);
    for (const answer of answers) expect([200, 422]).toContain(answer.status);
    const { rows } = await labels.pool.query(`select count(*)::int as count from dataset_images where dataset_id = $1 and objects @> '[{"class_id": 2}]'`, [id]);
    expect(rows).toEqual([{ count: 0 }]);
    await expectSound(id);
  });
});
