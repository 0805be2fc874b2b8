import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { bundleEntry, type BundledEntry } from '@app/testing';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PurgeDatasetsCommand } from '../../apps/backend/src/modules/dataset/application/commands/purge-datasets/purge-datasets.command.js';
import { InspectorProgram, type InspectionLimits } from '../../apps/backend/src/modules/model/infrastructure/inspector/forked-model-inspector.js';
import { ModelsUnderTest, type Run } from '../failure/models-under-test.js';
import { externalData, goodModel, memoryBomb, timeBomb } from './model-files.js';

interface Opened {
  readonly id: string;
  readonly put: { readonly url: string; readonly headers: Record<string, string> };
  readonly errors?: readonly { readonly code: string; readonly pointer?: string }[];
}

const ADAPTER = {
  output_format: 'classification/1',
  task_type: 'image_classification',
  multi_label: false,
  classes: [
    { id: 1, name: 'lying' },
    { id: 0, name: 'standing' },
  ],
  input_size: [24, 24],
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: [0.5, 0.5, 0.5], deviation: 0.25 },
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let models: ModelsUnderTest;
let bundle: BundledEntry;
let limits: InspectionLimits;

beforeAll(async () => {
  models = await ModelsUnderTest.start({ labeled: 0, unlabeled: 4 });
  bundle = await bundleEntry('apps/backend/src/modules/model/infrastructure/inspector/model-inspector.main.ts');
  const program = models.under.backend.app.get(InspectorProgram, { strict: false });
  program.entry = bundle.path;
  limits = program.limits = { milliseconds: 10_000, maxResidentBytes: 700 * 1024 ** 2 };
});
afterAll(async () => {
  await bundle?.remove();
  await models?.close();
});

const path = (): string => `datasets/${models.dataset}/models/uploads`;

async function announce(bytes: Uint8Array, adapter: Record<string, unknown> = ADAPTER): Promise<Opened> {
  return (await models.call<Opened>('POST', path(), { name: 'from elsewhere', size_bytes: bytes.length, sha256: sha256(bytes), adapter })).body;
}

async function upload(bytes: Buffer, adapter?: Record<string, unknown>): Promise<{ status: number; id: string; codes: string[] }> {
  const opened = await announce(bytes, adapter);
  const put = await fetch(opened.put.url, { method: 'PUT', headers: opened.put.headers, body: new Uint8Array(bytes) });
  expect(put.status).toBe(200);
  const { status, body } = await models.call<Opened & { code?: string }>('POST', `${path()}/${opened.id}/complete`);
  return { status, id: opened.id, codes: (body.errors ?? []).map((one) => one.code) };
}

async function stored(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of models.under.writer.list('models/')) keys.push(key);
  return keys;
}

describe('a model that was trained elsewhere', () => {
  it('is looked into, registered, and used like one that was trained here', async () => {
    const { status, id } = await upload(goodModel());
    expect(status).toBe(200);
    // A repeat answers the same.
    expect((await models.call<{ id: string; source: string }>('POST', `${path()}/${id}/complete`)).body).toMatchObject({ id, source: 'upload', stage: 'candidate', job_id: null });
    const asked = await models.call<Run>('POST', `models/${id}/prelabel`, { min_score: 0 });
    const run = await models.untilEnded(asked.body.id);
    expect(run, JSON.stringify(run.failure)).toMatchObject({ state: 'done', suggestions: 4 });
    expect((await models.call('POST', `models/${id}/predict`, { image_id: 1 })).status).toBe(200);
    const warm = await models.call<Opened>('POST', 'training/start', { dataset_id: models.dataset, init_from_model: id });
    expect(warm.body.errors).toContainEqual(expect.objectContaining({ code: 'model-does-not-fit', pointer: '/init_from_model' }));
    expect((await models.call('DELETE', `models/${id}`)).status).toBe(204);
    await expect.poll(stored).not.toContain(`models/${id}/uploaded.onnx`);
    expect(await models.suggestions(1)).toEqual([]);
    expect(await models.images('has_suggestion=true')).toEqual([]);
  });

  it('may know classes that the dataset has not: what it says of them is left out', async () => {
    // Of its three outputs one is the likeliest for each image; with two of them mapped to nothing the third decides.
    const made = await Promise.all([0, 1, 2].map((mapped) => upload(goodModel(3), { ...ADAPTER, classes: [0, 1, 2].map((at) => ({ id: at === mapped ? 1 : null, name: `output ${at}` })) })));
    expect(made.map((one) => one.status)).toEqual([200, 200, 200]);
    const said = await Promise.all(made.map((one) => models.call<{ objects: readonly { class_id: number }[] }>('POST', `models/${one.id}/predict`, { image_id: 1, min_score: 0 })));
    expect(said.flatMap((one) => one.body.objects.map((object) => object.class_id))).toEqual([1]);
    const [known] = made;
    expect((await models.call<{ adapter: { classes: unknown } }>('GET', `models/${known?.id ?? ''}`)).body.adapter.classes).toContainEqual({ id: null, name: 'output 1' });
    for (const { id } of made) await models.call('DELETE', `models/${id}`);
  });

  it('is not completed before it is there', async () => {
    const { id } = await announce(goodModel());
    expect((await models.call('POST', `${path()}/${id}/complete`)).status).toBe(409);
    expect((await models.call('POST', `${path()}/0192d1a0-0000-7000-8000-000000000000/complete`)).status).toBe(404);
  });
});

describe('a declaration', () => {
  it.each([
    ['classes that the dataset has not', { classes: [{ id: 7, name: 'x' }] }, ['unknown-class']],
    ['a class twice', { classes: [{ id: 0, name: 'x' }, { id: 0, name: 'y' }] }, ['duplicate-id']],
    ['no class of the dataset', { classes: [{ id: null, name: 'x' }] }, ['no-class']],
    ['another task', { task_type: 'object_detection', output_format: 'centers/1' }, ['task-mismatch']],
    ['a format of another task', { output_format: 'centers/1' }, ['format-mismatch']],
    ['a detector of any make, which may see images stretched', { output_format: 'boxes/1', preprocessing: { ...ADAPTER.preprocessing, fit: 'stretch' } }, ['format-mismatch']],
    ['one as trained here that sees images stretched', { output_format: 'centers/1', preprocessing: { ...ADAPTER.preprocessing, fit: 'stretch' } }, ['format-mismatch', 'unsupported-fit']],
    ['several labels', { multi_label: true }, ['task-mismatch']],
  ])('with %s is refused', async (_, changed, codes) => {
    expect((await announce(goodModel(), { ...ADAPTER, ...changed })).errors?.map((one) => one.code)).toEqual(codes);
  });

  it('of a file that is too large, or of no adapter, is refused', async () => {
    const answer = await models.call<Opened>('POST', path(), { name: 'x', size_bytes: 10 ** 12, sha256: 'a'.repeat(64), adapter: ADAPTER });
    expect([answer.status, answer.body.errors?.map((one) => one.code)]).toEqual([422, ['too-large']]);
    expect((await models.call('POST', path(), { name: 'x', size_bytes: 1, sha256: 'a'.repeat(64), adapter: { ...ADAPTER, input_size: [1e9, 1] } })).status).toBe(422);
  });
});

describe('a hostile file', () => {
  const good = goodModel();
  it.each([
    ['no model at all', Buffer.from('<html>hello</html>'), ['not-a-model']],
    ['random bytes', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919 + 13) % 256)), ['not-a-model']],
    ['a model that was cut off', good.subarray(0, good.length - 3000), ['not-a-model']],
    ['a model of three classes', goodModel(3), ['wrong-output']],
    ['another output', goodModel(2, { output: 'other' }), ['missing-output']],
    ['no probabilities', goodModel(2, { softmax: false, output: 'probabilities' }), ['wrong-output']],
    ['weights in a file of the machine', externalData('/etc/hostname'), ['not-a-model']],
    ['weights in a file above', externalData('../../../../../../etc/hostname'), ['not-a-model']],
  ])('with %s is refused', async (_, bytes, codes) => {
    const found = await upload(bytes);
    expect([found.status, found.codes]).toEqual([422, codes]);
  });

  it('that asks for 40 GB, or counts for ever, ends its own process only', async () => {
    models.under.backend.app.get(InspectorProgram, { strict: false }).limits = { ...limits, milliseconds: 2_000 };
    for (const bomb of [memoryBomb(), timeBomb()]) {
      const { status, codes } = await upload(bomb);
      expect([status, codes.length]).toEqual([422, 1]);
      expect(['too-costly', 'does-not-run', 'not-a-model', 'wrong-output']).toContain(codes[0]);
    }
    expect((await models.call('GET', 'health/ready')).status).toBe(200);
    models.under.backend.app.get(InspectorProgram, { strict: false }).limits = limits;
  });

  it('that was put past its announcement does not count', async () => {
    const opened = await announce(good);
    const other = goodModel(2, { softmax: true, output: 'other' });
    await models.under.writer.put(`models/${opened.id}/uploaded.onnx`, Buffer.concat([other, Buffer.alloc(Math.max(0, good.length - other.length))]).subarray(0, good.length));
    const { status, body } = await models.call<Opened>('POST', `${path()}/${opened.id}/complete`);
    expect([status, body.errors?.map((one) => one.code)]).toEqual([422, ['wrong-content']]);
  });

  it('leaves nothing behind when its dataset is removed for good', async () => {
    const { body } = await models.call<{ id: string }>('POST', 'datasets/create', { name: 'To go', task_type: 'image_classification', classes: [{ name: 'standing' }, { name: 'lying' }] });
    const at = `datasets/${body.id}/models/uploads`;
    const { body: opened } = await models.call<Opened>('POST', at, { name: 'x', size_bytes: good.length, sha256: sha256(good), adapter: ADAPTER });
    await fetch(opened.put.url, { method: 'PUT', headers: opened.put.headers, body: new Uint8Array(good) });
    expect((await models.call('POST', `${at}/${opened.id}/complete`)).status).toBe(200);
    expect(await stored()).toContain(`models/${opened.id}/uploaded.onnx`);
    await models.call('DELETE', `datasets/${body.id}`);
    await models.under.pool.query(`update datasets set deleted_at = now() - interval '1 year' where id = $1`, [body.id]);
    await models.under.backend.app.get(CommandBus, { strict: false }).execute(new PurgeDatasetsCommand());
    expect(await stored()).not.toContain(`models/${opened.id}/uploaded.onnx`);
    expect((await models.call('GET', `models/${opened.id}`)).status).toBe(404);
  });

  it('leaves nothing behind, neither in the store nor on the disk', async () => {
    expect((await models.call<{ items: unknown[] }>('GET', `datasets/${models.dataset}/models`)).body.items).toEqual([]);
    expect((await stored()).filter((key) => key.endsWith('/uploaded.onnx'))).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('vision-inspect-'))).toEqual([]);
  });
});
