import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrainingUnderTest, until } from '../failure/training-under-test.js';
import { diceZip, mnistZip } from '../e2e/mnist-zip.js';

interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly code: string; readonly pointer?: string; readonly message: string }[];
}

const SIDE = 24;

let under: TrainingUnderTest;
let digits = '';

async function refusal(body: Record<string, unknown> | string): Promise<{ status: number; code: string; found: string[] }> {
  const before = await jobs();
  const { status, body: problem } = await under.api.call<Problem>('POST', 'training/start', body);
  expect(await jobs()).toBe(before);
  return { status, code: problem.code, found: (problem.errors ?? []).map((one) => `${one.code} ${one.pointer ?? ''}`.trim()).sort() };
}
const jobs = async (): Promise<number> => (await under.pool.query<{ count: number }>('select count(*)::int as count from training_jobs')).rows[0]?.count ?? -1;

/** A picture of bars, standing or lying or both or none. */
async function bars(number: number, shows: { readonly standing: boolean; readonly lying: boolean }): Promise<Buffer> {
  const pixels = Buffer.alloc(SIDE * SIDE, 20);
  const at = 3 + ((number * 7) % (SIDE - 8));
  for (let index = 0; index < SIDE * SIDE; index += 1) {
    const [x, y] = [index % SIDE, Math.floor(index / SIDE)];
    const isLit = (shows.standing && Math.abs(x - at) < 2) || (shows.lying && Math.abs(y - at) < 2);
    pixels[index] = (isLit ? 180 : 20) + ((index * 31 + number * 17) % 40);
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } }).png().toBuffer();
}

async function multiLabelZip(count: number): Promise<Buffer> {
  const files: { name: string; bytes: Buffer }[] = [];
  const images: unknown[] = [];
  for (let index = 0; index < count; index += 1) {
    const shows = { standing: index % 2 === 0, lying: index % 4 < 2 };
    const name = `images/${String(index + 1).padStart(6, '0')}.png`;
    files.push({ name, bytes: await bars(index, shows) });
    const classIds = [...(shows.standing ? [0] : []), ...(shows.lying ? [1] : [])];
    images.push({ id: index + 1, file_name: name, width: SIDE, height: SIDE, depth: 1, annotations: classIds.map((id) => ({ class_id: id, class_name: id === 0 ? 'standing' : 'lying' })), metadata: { status: 'labeled' } });
  }
  return diceZip({ name: 'Bars', taskType: 'image_classification', classes: ['standing', 'lying'], images, files, overrides: { multi_label: true } });
}

async function detectionZip(): Promise<Buffer> {
  const name = 'images/000001.png';
  const image = { id: 1, file_name: name, width: SIDE, height: SIDE, depth: 1, annotations: [{ id: 1, class_id: 0, class_name: 'bar', bbox: [2, 2, 5, 5] }], metadata: { status: 'labeled' } };
  return diceZip({ name: 'Boxes', taskType: 'object_detection', classes: ['bar'], images: [image], files: [{ name, bytes: await bars(1, { standing: true, lying: false }) }] });
}

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  digits = (await under.api.upload(await mnistZip({ train: 60, val: 20 }), { name: 'Digits' })).body.id;
  await under.startWorker();
});
afterAll(() => under?.close());

describe('a start', () => {
  it('with a model of another task is refused and says so, with everything else that is missing', async () => {
    const made = await under.api.upload(await detectionZip(), { name: 'Boxes' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const answer = await under.api.call<Problem>('POST', 'training/start', { dataset_id: made.body.id, model: 'cnn-small' });
    expect(answer.body.errors.map((one) => one.message).join('\n')).toContain('The model cnn-small cannot learn object detection.');
    expect(await refusal({ dataset_id: made.body.id, model: 'cnn-small', snapshot_version: 7 })).toEqual({ status: 422, code: 'validation-failed', found: ['model-does-not-fit /model', 'no-validation-image /dataset_id', 'not-found /snapshot_version'] });
  });

  it('with a model that is not there or is a path is refused at the model (J13)', async () => {
    for (const model of ['resnet', '../../x', '']) expect(await refusal({ dataset_id: digits, model })).toMatchObject({ status: 422, found: ['unknown-model /model'] });
  });

  it('with hyperparameters out of range or unknown is refused with a pointer to each (J13)', async () => {
    const hyperparameters = { epochs: 1e9, learning_rate: -1, keep: 'none', keep_every: 0, image_size: 7, batch_size: 1.5, seed: 'x', augment: true, 'a/b~c': 1, command: 'rm' };
    expect(await refusal({ dataset_id: digits, hyperparameters })).toEqual({
      status: 422,
      code: 'validation-failed',
      found: [
        ...['augment', 'batch_size', 'epochs', 'image_size', 'keep', 'keep_every', 'learning_rate', 'seed'].map((name) => `out-of-range /hyperparameters/${name}`),
        'unknown-field /hyperparameters/a~1b~0c',
        'unknown-field /hyperparameters/command',
      ],
    });
  });

  it.each([
    ['__proto__', '{"__proto__": {"epochs": 5}}'],
    ['constructor', '{"constructor": 1}'],
    ['a list', '[1]'],
    ['a nested value', '{"epochs": {"$gt": 1}}'],
    ['no finite number', '{"learning_rate": 1e400}'],
  ])('with %s as hyperparameters is refused, and nothing is polluted', async (_, text) => {
    const answer = await refusal(`{"dataset_id": "${digits}", "hyperparameters": ${text}}`);
    expect([400, 422]).toContain(answer.status);
    expect(({} as Record<string, unknown>)['epochs']).toBeUndefined();
  });

  it('with unknown members of the body is refused at each (B9)', async () => {
    expect(await refusal({ dataset_id: digits, state: 'completed', requested_by: 'x' })).toMatchObject({ status: 422, found: ['unknown-field /requested_by', 'unknown-field /state'] });
  });

  it('with everything at its bounds is taken', async () => {
    const { id } = await under.api.start(digits, { epochs: 1, learning_rate: 1e-6, batch_size: 256, image_size: 16, val_fraction: 0.5, keep: 'every-k', keep_every: 1000, threads: 1 });
    expect((await under.api.untilEnded(id)).state).toBe('completed');
  });
});

describe('several labels an image', () => {
  it('are learned, reported by F1 and exported with independent probabilities', async () => {
    const made = await under.api.upload<{ id: string; multi_label: boolean }>(await multiLabelZip(64), { name: 'Bars' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.multi_label).toBe(true);
    const job = await under.api.untilEnded((await under.api.start(made.body.id, { epochs: 12, batch_size: 16, learning_rate: 0.01, augment: 'none' })).id);
    expect(job.state, JSON.stringify(job.failure)).toBe('completed');
    const metrics = job.metrics as unknown as { primary_metric: string; primary_value: number; confusion_matrix?: unknown; per_class: { f1: number }[] }[];
    expect(metrics.every((one) => one.primary_metric === 'f1' && one.confusion_matrix === undefined)).toBe(true);
    // Answering one class for all, or the same for every image, stays below this.
    expect(Math.max(...metrics.map((one) => one.primary_value))).toBeGreaterThan(0.9);
    const model = Buffer.from(await under.writer.getBytes(`models/${job.id}/final-model.onnx`, 10_000_000)).toString('latin1');
    expect(model).toContain('Sigmoid');
    expect(model).not.toContain('Softmax');
  });
});

describe('checkpoints', () => {
  /** Epochs by kind that the store still has. */
  async function stored(jobId: string): Promise<{ ckpt: number[]; onnx: number[] }> {
    const found: { ckpt: number[]; onnx: number[] } = { ckpt: [], onnx: [] };
    for await (const { key } of under.writer.list(`models/${jobId}/checkpoint-epoch-`)) {
      const [, epoch, extension] = /-(\d+)\.(ckpt|onnx)$/.exec(key) ?? [];
      if (extension === 'ckpt' || extension === 'onnx') found[extension].push(Number(epoch));
    }
    const inOrder = (epochs: number[]): number[] => epochs.sort((a, b) => a - b);
    return { ckpt: inOrder(found.ckpt), onnx: inOrder(found.onnx) };
  }

  it.each([
    [{ keep: 'all' }, (): number[] => [1, 2, 3, 4, 5, 6, 7]],
    [{ keep: 'best+last' }, (best: number): number[] => [best, 7]],
    [{ keep: 'every-k', keep_every: 3 }, (best: number): number[] => [3, 6, best, 7]],
  ])('%j: store and list agree on what stays, and the final model is there', async (policy, expected) => {
    const { id } = await under.api.start(digits, { epochs: 7, batch_size: 16, learning_rate: 0.01, ...policy });
    const job = await under.api.untilEnded(id);
    expect(job.state).toBe('completed');
    const epochs = [...new Set(expected(job.best_epoch ?? 0))].sort((a, b) => a - b);
    await until(async () => (await stored(id)).ckpt.length <= epochs.length);
    expect(await stored(id)).toEqual({ ckpt: epochs, onnx: epochs });
    expect([...new Set(job.checkpoints.map((one) => one.epoch))]).toEqual(epochs);
    const final = Buffer.from(await under.writer.getBytes(`models/${id}/final-model.onnx`, 10_000_000));
    const best = Buffer.from(await under.writer.getBytes(`models/${id}/checkpoint-epoch-${job.best_epoch}.onnx`, 10_000_000));
    expect(final.equals(best)).toBe(true);
  });

  it('that are pruned leave a cancelled job its last one, from which a retry goes on', async () => {
    const { id } = await under.api.start(digits, { epochs: 1000, batch_size: 16, keep: 'best+last' });
    await until(async () => (await under.api.job(id)).metrics.length > 5);
    await under.api.call('POST', `training/jobs/${id}/cancel`);
    const job = await under.api.untilEnded(id);
    const last = Math.max(...job.checkpoints.filter((one) => one.kind === 'state').map((one) => one.epoch));
    await until(async () => (await stored(id)).ckpt.length <= 2);
    expect((await stored(id)).ckpt).toContain(last);
    const retried = await under.api.call<{ id: string }>('POST', `training/jobs/${id}/retry`);
    const resumed = await under.api.until(retried.body.id, (one) => one.metrics.length > 0);
    expect(resumed.metrics[0]?.epoch).toBe(last + 1);
    await under.api.call('POST', `training/jobs/${retried.body.id}/cancel`);
    await under.api.untilEnded(retried.body.id);
  });
});

describe('what a model says of its validation images', () => {
  it('is read page by page, the worst first, and nothing that is none of it', async () => {
    const { id } = await under.api.start(digits, { epochs: 1, batch_size: 16 });
    const page = async (query = ''): Promise<{ items: { image_id: number }[]; next: number | null }> => (await under.api.call<{ items: { image_id: number }[]; next: number | null }>('GET', `training/jobs/${id}/examples${query}`)).body;
    expect((await under.api.untilEnded(id)).state).toBe('completed');
    const example = (number: number): string => JSON.stringify({ image_id: number, quality: number / 10, truth: [{ class_id: 1 }], predicted: [{ class_id: 2, score: 0.75 }] });
    await under.writer.put(`models/${id}/validation-examples.ndjson`, Buffer.from(`${[example(3), '{"image_id": "x"}', example(1), 'no JSON', example(2)].join('\n')}\n`));
    expect(await page()).toEqual({ items: [3, 1, 2].map((number) => JSON.parse(example(number))), next: null });
    const first = await page('?limit=2');
    expect([first.items.map((one) => one.image_id), first.next]).toEqual([[3, 1], 2]);
    const second = await page(`?limit=2&after=${first.next}`);
    expect([second.items.map((one) => one.image_id), second.next]).toEqual([[2], null]);
    expect((await under.api.call<Problem>('GET', `training/jobs/${id}/examples?limit=0`)).status).toBe(400);
  });
});
