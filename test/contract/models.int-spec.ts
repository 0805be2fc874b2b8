import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bar, classOf, ModelsUnderTest, type Run } from '../failure/models-under-test.js';
import { People } from './people.js';

interface Model {
  readonly id: string;
  readonly name: string;
  readonly stage: string;
  readonly job_id: string;
  readonly snapshot_version: number;
  readonly snapshot_hash: string;
  readonly seed: number;
  readonly code_version: string;
  readonly hyperparameters: Record<string, unknown>;
  readonly metrics: { readonly primary_value: number };
  readonly adapter: { readonly output_format: string; readonly classes: { id: number; name: string }[]; readonly input_size: number[] };
  readonly init_from_model: string | null;
  readonly job: { readonly id: string; readonly state: string } | null;
}

const LABELED = 40;
const UNLABELED = 24;

let models: ModelsUnderTest;
let model = '';

beforeAll(async () => {
  models = await ModelsUnderTest.start({ labeled: LABELED, unlabeled: UNLABELED });
  model = await models.train();
});
afterAll(() => models?.close());

describe('the registry', () => {
  it('has a model of each completed training, with what it comes from', async () => {
    const { status, body } = await models.call<Model>('GET', `models/${model}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'cnn-small #1', stage: 'candidate', snapshot_version: 1, seed: 1, init_from_model: null, job: { id: body.job_id, state: 'completed' } });
    expect(body.snapshot_hash).toMatch(/^(sha256:)?[0-9a-f]{64}$/);
    expect(body.code_version.length).toBeGreaterThan(0);
    expect(body.metrics.primary_value).toBeGreaterThan(0.9);
    expect(body.adapter).toMatchObject({ output_format: 'classification/1', classes: [{ id: 0, name: 'standing' }, { id: 1, name: 'lying' }], input_size: [24, 24] });
    const { body: link } = await models.call<{ url: string }>('GET', `models/${model}/download`);
    const file = Buffer.from(await (await fetch(link.url)).arrayBuffer()).toString('latin1');
    expect(file).toContain('"standing","lying"');
    expect(file).toContain('preprocessing');
  });

  it('has one model in production, whoever promotes at a time, and keeps it and its version', async () => {
    const second = await models.train({ epochs: 1 }, { init_from_model: model });
    const { body: warm } = await models.call<Model>('GET', `models/${second}`);
    expect(warm.init_from_model).toBe(model);
    const promote = (id: string): Promise<{ status: number }> => models.call('PATCH', `models/${id}`, { stage: 'production', notes: 'on the line' });
    expect((await Promise.all([promote(model), promote(second), promote(model), promote(second)])).map((one) => one.status)).toEqual([200, 200, 200, 200]);
    await promote(model);
    const { body } = await models.call<{ items: Model[] }>('GET', `datasets/${models.dataset}/models?stage=production`);
    expect(body.items.map((one) => one.id)).toEqual([model]);
    expect((await models.call('DELETE', `models/${model}`)).status).toBe(409);
    const dropped = await models.call<{ code: string; job_ids: string[] }>('DELETE', `datasets/${models.dataset}/snapshots/1?keep_manifest=true`);
    expect([dropped.status, dropped.body.code]).toEqual([409, 'state-conflict']);
    expect((await models.call('DELETE', `models/${second}`)).status).toBe(204);
    expect((await models.call('GET', `models/${second}`)).status).toBe(404);
    expect((await models.under.api.job(warm.job_id)).final_model).toBeNull();
  });

  it('refuses to begin with what does not fit, and says which', async () => {
    const asked = { dataset_id: models.dataset, init_from_model: '0192d1a0-0000-7000-8000-000000000000' };
    expect((await models.call<{ errors: unknown[] }>('POST', 'training/start', asked)).body.errors).toMatchObject([{ code: 'not-found', pointer: '/init_from_model' }]);
  });
});

describe('access', () => {
  it('to a model is that to its dataset', async () => {
    const people = new People(models.under.backend);
    await people.logInAdmin();
    const [outsider, viewer, annotator] = [await people.makeUser(), await people.makeUser(), await people.makeUser()];
    for (const [person, role] of [[viewer, 'viewer'], [annotator, 'annotator']] as const) {
      expect((await models.call('POST', `datasets/${models.dataset}/members`, { email: person.email, role })).status).toBe(201);
    }
    const statuses = async (token: string): Promise<number[]> => {
      const asked: [string, string, unknown?][] = [['GET', ''], ['GET', '/download'], ['POST', '/predict', { image_id: 1 }], ['PATCH', '', { notes: 'x' }], ['POST', '/evaluate', {}], ['POST', '/prelabel', {}], ['DELETE', '']];
      const found: number[] = [];
      for (const [method, path, body] of asked) found.push((await people.call(method, `models/${model}${path}`, { token, ...(body === undefined ? {} : { body }) })).status);
      return found;
    };
    expect(await statuses(outsider.token)).toEqual([404, 404, 404, 404, 404, 404, 404]);
    expect(await statuses(viewer.token)).toEqual([200, 200, 403, 403, 403, 403, 403]);
    expect(await statuses(annotator.token)).toEqual([200, 200, 200, 403, 403, 403, 403]);
    const key = await people.makeKey(people.admin, ['read']);
    expect(await statuses(key)).toEqual([200, 200, 403, 403, 403, 403, 403]);
  });
});

describe('an evaluation', () => {
  it('measures a model on a version as its training did, on the side that was set aside', async () => {
    const { body: trained } = await models.call<Model>('GET', `models/${model}`);
    const { status, body } = await models.call<Run>('POST', `models/${model}/evaluate`, { version: 1 });
    expect(status, JSON.stringify(body)).toBe(202);
    const run = await models.untilEnded(body.id);
    expect(run.state, JSON.stringify(run.failure)).toBe('done');
    expect(run.metrics?.primary_value).toBeCloseTo(trained.metrics.primary_value, 6);
    const all = await models.untilEnded((await models.call<Run>('POST', `models/${model}/evaluate`, { side: 'all' })).body.id);
    expect(all.metrics?.per_class.map((one) => one.support)).toEqual([LABELED / 2, LABELED / 2]);
    const listed = await models.call<{ items: Run[] }>('GET', `datasets/${models.dataset}/evaluations?version=1&model_id=${model}`);
    expect(listed.body.items.map((one) => one.id)).toEqual([all.id, run.id]);
    const first = await models.call<{ items: Run[]; next_cursor: string }>('GET', `datasets/${models.dataset}/evaluations?limit=1`);
    const next = await models.call<{ items: Run[] }>('GET', `datasets/${models.dataset}/evaluations?limit=1&cursor=${first.body.next_cursor}`);
    expect([first.body.items[0]?.id, next.body.items[0]?.id]).toEqual([all.id, run.id]);
  });

  it('of a version or side that is not there is refused', async () => {
    expect((await models.call('POST', `models/${model}/evaluate`, { version: 9 })).status).toBe(422);
    const none = await models.untilEnded((await models.call<Run>('POST', `models/${model}/evaluate`, { side: 'test' })).body.id);
    expect([none.state, none.failure?.code]).toEqual(['failed', 'validation-failed']);
  });
});

describe('suggestions', () => {
  let run: Run;
  const first = LABELED + 1;

  it('come of a pre-labeling of the images that nobody labeled, and are no labels', async () => {
    const before = await models.call<{ num_labeled: number }>('GET', `datasets/${models.dataset}`);
    const asked = await models.call<Run>('POST', `models/${model}/prelabel`, { min_score: 0.2 }, { 'idempotency-key': 'once' });
    const again = await models.call<Run>('POST', `models/${model}/prelabel`, { min_score: 0.2 }, { 'idempotency-key': 'once' });
    expect([asked.status, again.body.id]).toEqual([202, asked.body.id]);
    run = await models.untilEnded(asked.body.id);
    expect(run, JSON.stringify(run.failure)).toMatchObject({ state: 'done', images: UNLABELED, suggestions: UNLABELED, failed_images: 0, dropped: 0 });
    const kinds = async (query: string): Promise<string[]> => [...new Set((await models.call<{ items: { kind: string }[] }>('GET', `training/jobs${query}`)).body.items.map((one) => one.kind))].sort();
    expect([await kinds(''), await kinds('?kind=prelabel'), await kinds('?kind=all')]).toEqual([['training'], ['prelabel'], ['evaluation', 'prelabel', 'training']]);
    expect((await models.call('POST', `training/jobs/${run.id}/retry`)).status).toBe(409);
    const [proposed] = await models.suggestions(first);
    expect(proposed).toMatchObject({ run_id: run.id, duplicate: false, model: { id: model }, object: { id: proposed?.id, class_id: classOf(first), class_name: 'standing', source: 'model', model } });
    const after = await models.call<{ num_labeled: number }>('GET', `datasets/${models.dataset}`);
    expect(after.body.num_labeled).toBe(before.body.num_labeled);
    expect(await models.images('has_suggestion=true')).toHaveLength(UNLABELED);
    expect(await models.images('has_suggestion=false')).toHaveLength(LABELED);
  });

  it('order images by how unsure the model is, page by page', async () => {
    const whole = await models.images('order=hardest');
    const doubts = whole.map((one) => one.uncertainty ?? -1);
    expect(doubts).toHaveLength(UNLABELED);
    expect(doubts).toEqual([...doubts].sort((a, b) => b - a));
    const paged: number[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await models.call<{ items: { id: number }[]; next_cursor: string | null }>('GET', `datasets/${models.dataset}/images?order=hardest&status=unlabeled&limit=7${cursor}`);
      paged.push(...body.items.map((one) => one.id));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(paged).toEqual(whole.map((one) => one.id));
  });

  it('are taken by an ordinary edit that adds the object, and come back when it is taken out', async () => {
    const [proposed] = await models.suggestions(first);
    const taken = await models.call('PATCH', `datasets/${models.dataset}/annotations/${first}`, { annotation: { ...proposed?.object, source: 'manual' } }, { 'if-match': '"1"' });
    expect(taken.status, JSON.stringify(taken.body)).toBe(200);
    expect(taken.body['annotation']).toMatchObject({ id: proposed?.id, source: 'manual', model });
    expect(await models.suggestions(first)).toEqual([]);
    await expect.poll(async () => (await models.images('has_suggestion=true')).length).toBe(UNLABELED - 1);
    await models.call('PATCH', `datasets/${models.dataset}/annotations/${first}`, { annotation: null }, { 'if-match': '"2"' });
    expect((await models.suggestions(first)).map((one) => one.id)).toEqual([proposed?.id]);
  });

  it('of what is there already are told as duplicates, and rejected ones are gone', async () => {
    await models.call('PATCH', `datasets/${models.dataset}/annotations/${first}`, { annotation: { class_id: classOf(first) } }, { 'if-match': '"3"' });
    expect((await models.suggestions(first)).map((one) => one.duplicate)).toEqual([true]);
    const second = first + 1;
    const [proposed] = await models.suggestions(second);
    expect((await models.call('POST', `datasets/${models.dataset}/images/${second}/suggestions/reject`, { ids: [proposed?.id] })).body).toEqual({ rejected: 1 });
    expect(await models.suggestions(second)).toEqual([]);
    expect((await models.call('POST', `datasets/${models.dataset}/images/${second}/suggestions/reject`, {})).body).toEqual({ rejected: 0 });
  });

  it('of a new run replace the older ones of the same model, without what was rejected on these pixels', async () => {
    const third = first + 2;
    const [older] = await models.suggestions(third);
    const again = await models.untilEnded((await models.call<Run>('POST', `models/${model}/prelabel`, { filter: { image_ids: [third - 1, third, third + 1] }, min_score: 0.5 })).body.id);
    expect(again).toMatchObject({ images: 3, suggestions: 2, rejected_before: 1 });
    expect(await models.suggestions(third - 1)).toEqual([]);
    const now = await models.suggestions(third);
    expect(now.map((one) => one.run_id)).toEqual([again.id]);
    expect(now[0]?.id).not.toBe(older?.id);
    await models.under.pool.query(`update rejected_suggestions set pixels = sha256('another picture') where dataset_id = $1`, [models.dataset]);
    expect(await models.untilEnded((await models.call<Run>('POST', `models/${model}/prelabel`, { filter: { image_ids: [third - 1] }, min_score: 0.5 })).body.id)).toMatchObject({ suggestions: 1, rejected_before: 0 });
  });

  it('are accepted as a run where nobody labeled, and the run is taken back but for what people touched', async () => {
    const path = `datasets/${models.dataset}/model-runs/${run.id}`;
    expect((await models.call('POST', `${path}/accept`, { min_score: 0 })).status).toBe(202);
    const accepted = await models.untilEnded(run.id);
    // One image was labeled by hand, one suggestion rejected, and two are another run's now.
    expect(accepted).toMatchObject({ state: 'done', accepted_images: UNLABELED - 4, failure: null });
    const [touched, reviewed, changed] = [first + 4, first + 5, first + 6];
    const history = await models.call<{ items: { reason: string; changes: { after: Record<string, unknown> }[] }[] }>('GET', `datasets/${models.dataset}/annotations/${touched}/history`);
    expect(history.body.items[0]).toMatchObject({ reason: 'accept-suggestions', changes: [{ after: { class_id: classOf(touched), source: 'manual', model } }] });
    await models.call('PATCH', `datasets/${models.dataset}/annotations/${reviewed}`, { status: 'reviewed' }, { 'if-match': '"2"' });
    await models.call('PATCH', `datasets/${models.dataset}/annotations/${changed}`, { annotation: { class_id: 1 - classOf(changed) } }, { 'if-match': '"2"' });
    expect((await models.call('POST', `${path}/undo`)).status).toBe(202);
    expect((await models.untilEnded(run.id)).state).toBe('undone');
    const labeled = (await models.images('status=labeled')).map((one) => one.id).filter((id) => id > LABELED);
    expect(labeled).toEqual([first, changed]);
    expect((await models.images('status=reviewed')).map((one) => one.id)).toEqual([reviewed]);
    expect(await models.suggestions(touched)).toEqual([]);
    // Those of the other run stay.
    expect((await models.suggestions(first + 2)).length).toBe(1);
    expect((await models.call('POST', `${path}/accept`, {})).status).toBe(409);
    expect((await models.call<Run>('POST', `${path}/undo`)).body.state).toBe('undone');
  });

  it('are not asked for where no image fits', async () => {
    expect((await models.call('POST', `models/${model}/prelabel`, { filter: { status: 'any', image_ids: [9999] } })).status).toBe(422);
  });
});

describe('a question about one image', () => {
  it('of the dataset or sent along is answered by a worker', async () => {
    const seen = await models.call<{ objects: { class_id: number; score: number }[]; width: number }>('POST', `models/${model}/predict`, { image_id: 2 });
    expect(seen.status, JSON.stringify(seen.body)).toBe(200);
    expect(seen.body).toMatchObject({ width: 24, objects: [{ class_id: classOf(2) }] });
    const sent = await predict(await bar(7, true));
    expect([sent.status, sent.body.objects?.[0]?.class_id]).toEqual([200, 0]);
    // Nothing stays behind.
    const left: string[] = [];
    for await (const { key } of models.under.writer.list('staging/')) left.push(key);
    expect(left).toEqual([]);
  });

  it('that is no image is refused, and the next one is answered', async () => {
    const { status, body } = await predict(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    expect([status, body.code]).toEqual([422, 'unsupported-image']);
    expect((await predict(await bar(8, false))).status).toBe(200);
    expect((await models.call('POST', `models/${model}/predict`, { image_id: 9999 })).status).toBe(422);
  });

  it('without a worker is answered by 503 with a time to come again', async () => {
    await models.under.stopWorker();
    const answer = await models.call('POST', `models/${model}/predict`, { image_id: 2 });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    await models.under.startWorker();
  });

  async function predict(bytes: Buffer): Promise<{ status: number; body: { code?: string; objects?: { class_id: number }[] } }> {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(bytes)]), 'x.png');
    const answer = await fetch(`${models.under.api.url}/api/v1/models/${model}/predict`, { method: 'POST', headers: { authorization: `Bearer ${models.under.api.token}` }, body: form });
    return { status: answer.status, body: (await answer.json()) as { code?: string } };
  }
});
