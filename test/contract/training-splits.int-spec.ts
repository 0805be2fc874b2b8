import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diceZip } from '../e2e/mnist-zip.js';
import type { Job } from '../e2e/api-client.js';
import { TrainingUnderTest } from '../failure/training-under-test.js';
import { png } from './image-workbench.js';

/** Who decides on the sides of a training: the job, the dataset, or the automatic rule; asked of the whole product, and answered by the job. */
let under: TrainingUnderTest;

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  await under.startWorker();
});
afterAll(() => under?.close());

interface Rule {
  readonly default_ratio: { readonly train: number; readonly val: number; readonly test: number };
  readonly seed: number;
  readonly group_pattern: string | null;
}
type SplitJob = Job & { readonly split_rule: Rule | null; readonly split: { source: string; rule: Rule | null; train: number; val: number; test: number } | null };

const IMAGES = 60;
const RATIO = { train: 0.5, val: 0.3, test: 0.2 };

/** Twelve films of five frames, as a zip. */
async function films(options: { readonly splitConfig?: unknown; readonly sideOf?: (index: number) => string } = {}): Promise<string> {
  const files = Array.from({ length: IMAGES }, (_, index) => ({ name: `images/film${index % 12}_${index}.png`, bytes: png(70_000 + index, 16, 16) }));
  const images = files.map(({ name }, index) => {
    const label = { annotation: { class_id: index % 2, class_name: ['a', 'b'][index % 2], confidence: 1 }, metadata: { status: 'labeled' } };
    return { id: index + 1, file_name: name, width: 16, height: 16, depth: 3, ...(options.sideOf === undefined ? {} : { split: options.sideOf(index) }), ...label };
  });
  const overrides = options.splitConfig === undefined ? {} : { split_config: options.splitConfig };
  const made = await under.api.upload(await diceZip({ name: 'Films', taskType: 'image_classification', classes: ['a', 'b'], images, files, overrides }), { name: 'Films' });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.id;
}

async function trained(datasetId: string, body: Record<string, unknown> = {}): Promise<SplitJob> {
  const started = await under.api.call<SplitJob>('POST', 'training/start', { dataset_id: datasetId, hyperparameters: { epochs: 1, image_size: 16, batch_size: 8, val_fraction: 0.25, seed: 7 }, ...body });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  expect(started.body.split).toBeNull();
  const ended = await under.api.untilEnded(started.body.id, 50_000);
  expect(ended.state, JSON.stringify(ended.failure)).toBe('completed');
  return ended as SplitJob;
}

const split = async (id: string, body: unknown): Promise<Record<string, unknown>> => {
  const { revision } = (await under.api.call<{ revision: number }>('GET', `datasets/${id}/splits`)).body;
  const answer = await under.api.call('PUT', `datasets/${id}/splits`, body, { 'if-match': `"${revision}"` });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

/** The same films one by one: their bytes are known at once, so that a version need not wait for the worker that unpacks. The last ten have no label. */
async function filmsByHand(): Promise<string> {
  const { id } = (await under.api.call<{ id: string }>('POST', 'datasets/create', { name: 'Films', task_type: 'image_classification', classes: [{ name: 'a' }, { name: 'b' }] })).body;
  const form = new FormData();
  for (let index = 0; index < IMAGES; index += 1) form.append('file', new Blob([new Uint8Array(png(70_000 + index, 16, 16))], { type: 'image/png' }), `film${index % 12}_${index}.png`);
  const added = await fetch(`${under.backend.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { authorization: `Bearer ${under.api.token}` }, body: form });
  expect(added.status, await added.clone().text()).toBe(200);
  const labeled = Array.from({ length: IMAGES - 10 }, (_, index) => under.api.call('PATCH', `datasets/${id}/annotations/${index + 1}`, { annotation: { class_id: index % 2 } }, { 'if-match': '"1"' }));
  for (const answer of await Promise.all(labeled)) expect(answer.status).toBe(200);
  return id;
}

describe('the split of a training', () => {
  it('is the automatic rule where nobody says anything, with the seed and the share of the job', async () => {
    const job = await trained(await films());
    expect(job.split).toMatchObject({ source: 'automatic', rule: { default_ratio: { train: 0.75, val: 0.25, test: 0 }, seed: 7, group_pattern: null }, test: 0 });
    expect((job.split?.train ?? 0) + (job.split?.val ?? 0)).toBe(IMAGES);
    expect(job.split?.val).toBeGreaterThan(5);
    expect(job.split_rule).toBeNull();
  });

  it('is that of the dataset, image by image, where it was split; images without a label are left out', async () => {
    const id = await filmsByHand();
    const applied = await split(id, { method: 'auto', default_ratio: RATIO, seed: 3, group_pattern: '{group}_*' });
    const job = await trained(id);
    const { rows } = await under.pool.query<{ split: 'train' | 'val' | 'test'; count: number }>(`select split, count(*)::int as count from dataset_images where dataset_id = $1 and status <> 'unlabeled' group by split`, [id]);
    expect(job.split).toEqual({ source: 'dataset', rule: null, ...Object.fromEntries(rows.map((row) => [row.split, row.count])) });
    expect(applied['counts']).toMatchObject({ unassigned: 0 });
    // Frozen: the version that was trained on keeps its split when the dataset is split anew.
    await split(id, { method: 'auto', default_ratio: { train: 0.9, val: 0.1, test: 0 }, seed: 4 });
    const again = await trained(id, { snapshot_version: 1 });
    expect(again.split).toEqual(job.split);
    expect((await trained(id)).split).not.toEqual(job.split);
  });

  it('is by the rule of the dataset, where the file of an untouched upload has one and no sides', async () => {
    const id = await films({ splitConfig: { method: 'auto', default_ratio: RATIO, seed: 12, group_pattern: '{group}_*' } });
    const { split: resolved } = await trained(id);
    expect(resolved).toMatchObject({ source: 'dataset', rule: { default_ratio: RATIO, seed: 12, group_pattern: '{group}_*' } });
    // Films are whole: five frames each.
    for (const side of ['train', 'val', 'test'] as const) expect((resolved?.[side] ?? 1) % 5).toBe(0);
  });

  it("is the job's own before all others, with what is kept to test with left out; a retry has the same", async () => {
    const id = await films({ sideOf: (index) => (index < 10 ? 'test' : index < 50 ? 'train' : 'val') });
    const rule: Rule = { default_ratio: { train: 0.5, val: 0.5, test: 0 }, seed: 9, group_pattern: null };
    const job = await trained(id, { split: { default_ratio: { train: 0.5, val: 0.5 }, seed: 9 } });
    expect(job.split_rule).toEqual(rule);
    expect(job.split).toMatchObject({ source: 'job', rule, test: 10 });
    expect(job.split?.val).toBeGreaterThan(15);
    expect((await trained(id)).split).toEqual({ source: 'dataset', rule: null, train: 40, val: 10, test: 10 });
    const long = await under.api.call<Job>('POST', 'training/start', { dataset_id: id, hyperparameters: { epochs: 1000, image_size: 16 }, split: { seed: 9 } });
    await under.api.until(long.body.id, (one) => one.state === 'running');
    await under.api.call('POST', `training/jobs/${long.body.id}/cancel`);
    const cancelled = (await under.api.untilEnded(long.body.id)) as SplitJob;
    const retried = await under.api.call<SplitJob>('POST', `training/jobs/${long.body.id}/retry`);
    expect(retried.body.split_rule).toEqual({ default_ratio: { train: 0.8, val: 0.2, test: 0 }, seed: 9, group_pattern: null });
    const running = (await under.api.until(retried.body.id, (one) => one.state === 'running')) as SplitJob;
    expect(running.split).toEqual(cancelled.split);
    await under.api.call('POST', `training/jobs/${retried.body.id}/cancel`);
    await under.api.untilEnded(retried.body.id);
  });

  it('of the job may save a dataset that has only images to validate with, and is refused with a pointer where it makes no sense', async () => {
    const id = await films({ sideOf: () => 'val' });
    const refused = await under.api.call<{ errors: { code: string }[] }>('POST', 'training/start', { dataset_id: id });
    expect(refused.body.errors.map((one) => one.code)).toEqual(['no-training-image']);
    expect((await trained(id, { split: {} })).split).toMatchObject({ source: 'job' });
    for (const [given, pointer] of [[{ group_pattern: '(a+)+' }, '/split/group_pattern'], [{ default_ratio: { train: 1, val: 1 } }, '/split/default_ratio'], [{ train: [1] }, '/split/train'], ['auto', '/split']] as const) {
      const answer = await under.api.call<{ errors: { pointer: string }[] }>('POST', 'training/start', { dataset_id: id, split: given });
      expect([answer.status, answer.body.errors.map((one) => one.pointer)]).toEqual([422, [pointer]]);
    }
  });
});
