import { randomUUID } from 'node:crypto';
import { crc32, gunzipSync } from 'node:zlib';
import { bufferSource, DEFAULT_ARCHIVE_LIMITS, openArchive, readEntry } from '@app/archive';
import { createSnapshotRpcV1 } from '@app/contracts';
import { spansText } from '@app/dice-format';
import { NatsLink, RpcClient } from '@app/messaging';
import { objectKeys } from '@app/object-store';
import { CommandBus } from '@nestjs/cqrs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestSnapshotForTrainingCommand } from '../../apps/backend/src/modules/snapshot/application/commands/request-snapshot-for-training/request-snapshot-for-training.command.js';
import { TrainingUnderTest, until } from '../failure/training-under-test.js';

/** Versions of datasets that were made by hand or edited, as training gets them. */
let under: TrainingUnderTest;

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  await under.startWorker();
});
afterAll(() => under?.close());

interface Version {
  readonly version: number;
  readonly state: string;
  readonly content_hash: string;
  readonly num_images: number;
  readonly num_labeled: number;
  readonly failure: unknown;
  readonly zip: { readonly state: string };
}

const SIDE = 24;
/** A bright field above or below; each number is another picture. */
const picture = (number: number, isAbove: boolean): Promise<Buffer> => {
  const pixels = Buffer.from(Array.from({ length: SIDE * SIDE }, (_, at) => (at < (SIDE * SIDE) / 2 === isAbove ? 200 : 20) + ((at * 31 + number * 17) % 40)));
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } }).png().toBuffer();
};

async function madeByHand(name: string, count: number): Promise<string> {
  const id = await withImages(name, count, 'image_classification');
  for (let number = 1; number <= count; number += 1) await label(id, number, { revision: 1, classId: number % 2 });
  return id;
}

async function withImages(name: string, count: number, taskType: string): Promise<string> {
  const made = await under.api.call<{ id: string }>('POST', 'datasets/create', { name, task_type: taskType, classes: [{ name: 'above' }, { name: 'below' }] });
  const { id } = made.body;
  const form = new FormData();
  for (let number = 1; number <= count; number += 1) form.append('file', new Blob([new Uint8Array(await picture(number, number % 2 === 0))], { type: 'image/png' }), `그림 ${number}.png`);
  const added = await fetch(`${under.backend.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { authorization: `Bearer ${under.api.token}` }, body: form });
  expect(added.status, await added.clone().text()).toBe(200);
  return id;
}

async function label(id: string, number: number, { revision, classId }: { revision: number; classId: number }): Promise<void> {
  const answer = await under.api.call('PATCH', `datasets/${id}/annotations/${number}`, { annotation: { class_id: classId } }, { 'if-match': `"${revision}"` });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function train(id: string): Promise<void> {
  const job = await under.api.start(id, { epochs: 1 });
  const ended = await under.api.untilEnded(job.id, 60_000);
  expect(ended.state, JSON.stringify(ended.failure)).toBe('completed');
}

const versions = async (id: string): Promise<Version[]> => (await under.api.call<{ items: Version[] }>('GET', `datasets/${id}/snapshots`)).body.items;
const zipOf = async (id: string, version: number): Promise<Uint8Array> => under.writer.getBytes(objectKeys.snapshotZip(id, version), 10_000_000);
const namesIn = async (zip: Uint8Array): Promise<string[]> => [...(await openArchive(bufferSource(zip), DEFAULT_ARCHIVE_LIMITS)).entries()].map((entry) => entry.name);

async function textOf(zip: Uint8Array, name: string): Promise<string> {
  const source = bufferSource(zip);
  const entry = [...(await openArchive(source, DEFAULT_ARCHIVE_LIMITS)).entries()].find((one) => one.name === name);
  if (entry === undefined) throw new Error(`the zip has no ${name}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readEntry(source, entry)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What an upload of the version's zip becomes. */
async function asUpload(zip: Uint8Array): Promise<{ content_hash: string; warnings: unknown[]; num_images: number }> {
  const answer = await under.api.upload<{ content_hash: string; warnings: unknown[]; num_images: number }>(zip);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

describe('a dataset that was made by hand', () => {
  it('is trained; edited, it is the next version; unchanged, the same again; and each zip is a valid upload of the same content', async () => {
    const id = await madeByHand('By hand', 12);
    await train(id);
    await label(id, 3, { revision: 2, classId: 0 });
    await train(id);
    await train(id);
    const [second, first] = await versions(id);
    expect([second, first]).toMatchObject([{ version: 2, state: 'ready', num_images: 12, num_labeled: 12 }, { version: 1, state: 'ready' }]);
    expect(await versions(id)).toHaveLength(2);
    for (const one of [first, second]) {
      const zip = await zipOf(id, one?.version ?? 0);
      expect(await asUpload(zip)).toMatchObject({ content_hash: one?.content_hash, warnings: [], num_images: 12 });
      const names = await namesIn(zip);
      expect(names.slice(-2)).toEqual(['annotations.json', 'meta.json']);
      expect(names.slice(0, 2)).toEqual(['images/그림 1.png', 'images/그림 2.png']);
    }
    // A label that is put back makes the content of before: its version.
    await label(id, 3, { revision: 3, classId: 1 });
    await train(id);
    expect(await versions(id)).toHaveLength(2);
    const manifest = JSON.parse(gunzipSync(await under.writer.getBytes(objectKeys.snapshotManifest(id, 2), 1_000_000)).toString()) as { content_hash: string; entries: unknown[] };
    expect([manifest.content_hash, manifest.entries.length]).toEqual([second?.content_hash, 12]);
  }, 120_000);

  it('has no broken image in a version, and is another one when an image broke', async () => {
    const id = await madeByHand('With a broken one', 8);
    await under.pool.query(`update dataset_images set state = 'broken' where dataset_id = $1 and number = 5`, [id]);
    await train(id);
    const [version] = await versions(id);
    expect(version).toMatchObject({ version: 1, num_images: 7 });
    expect(await namesIn(await zipOf(id, 1))).not.toContain('images/그림 5.png');
  }, 60_000);

  it('waits with its version until every image was read whole', async () => {
    const id = await madeByHand('Not read yet', 6);
    await under.pool.query('update dataset_images set crc32 = null where dataset_id = $1 and number = 2', [id]);
    const job = await under.api.start(id, { epochs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await versions(id)).toMatchObject([{ version: 1, zip: { state: 'building' } }]);
    await under.pool.query('update dataset_images set crc32 = $2 where dataset_id = $1 and number = 2', [id, crc32(await picture(2, true))]);
    expect((await under.api.untilEnded(job.id, 90_000)).state).toBe('completed');
  }, 120_000);

  it('is of what there was when it was asked for: edits between request and build are the next one', async () => {
    const id = await madeByHand('Edited meanwhile', 6);
    const before = await (await fetch(`${under.backend.url}/api/v1/datasets/${id}/annotations.json`, { headers: { authorization: `Bearer ${under.api.token}` } })).text();
    await under.pool.query('update dataset_images set crc32 = null where dataset_id = $1 and number = 2', [id]);
    const job = await under.api.start(id, { epochs: 1 });
    await until(async () => (await versions(id)).length > 0);
    await label(id, 1, { revision: 2, classId: 0 });
    await under.pool.query('update dataset_images set crc32 = $2 where dataset_id = $1 and number = 2', [id, crc32(await picture(2, true))]);
    expect((await under.api.untilEnded(job.id, 90_000)).state).toBe('completed');
    const [version] = await versions(id);
    const zip = await zipOf(id, 1);
    expect(await asUpload(zip)).toMatchObject({ content_hash: version?.content_hash, warnings: [] });
    expect(await textOf(zip, 'annotations.json')).toBe(before);
  }, 120_000);

  it('is made over NATS too, with an API key that may', async () => {
    const id = await withImages('Over NATS', 2, 'image_classification');
    const keyWith = async (scopes: string[]): Promise<string> => (await under.api.call<{ key: string }>('POST', 'api-keys', { name: scopes.join(), scopes })).body.key;
    const link = new NatsLink({ url: under.nats.urlFor('consumer'), name: 'outside', inboxPrefix: '_INBOX' });
    await link.whenConnected();
    const rpc = new RpcClient(link);
    const ask = (api_key: string, body: unknown = {}): Promise<{ version: number }> => rpc.request(createSnapshotRpcV1, { api_key, dataset_id: id, body });
    try {
      expect(await ask(await keyWith(['label', 'read']), { note: 'from a script' })).toMatchObject({ version: 1, note: 'from a script' });
      await expect(ask(await keyWith(['read']))).rejects.toMatchObject({ code: 'insufficient-scope' });
      await expect(ask('vk_none')).rejects.toMatchObject({ code: 'unauthenticated' });
      await expect(ask(await keyWith(['label', 'read']), { note: 7 })).rejects.toMatchObject({ code: 'validation-failed' });
    } finally {
      await link.close();
    }
  });

  it('has its masks in the zip, where the label file says', async () => {
    const id = await withImages('Masks', 3, 'semantic_segmentation');
    const counts = spansText([0, 100], SIDE * SIDE);
    const labeled = await under.api.call('PATCH', `datasets/${id}/annotations/2`, { annotation: { mask: { size: [SIDE, SIDE], classes: [{ class_id: 1, counts }] } } }, { 'if-match': '"1"' });
    expect(labeled.status, JSON.stringify(labeled.body)).toBe(200);
    // No model learns masks yet: what a start would ask for.
    await under.backend.app.get(CommandBus).execute(new RequestSnapshotForTrainingCommand(randomUUID(), { jobId: randomUUID(), datasetId: id, requestedBy: randomUUID() }));
    await until(async () => (await versions(id))[0]?.zip.state === 'ready');
    const zip = await zipOf(id, 1);
    expect((await namesIn(zip)).slice(3)).toEqual(['masks/000002.png', 'annotations.json', 'meta.json']);
    expect(await asUpload(zip)).toMatchObject({ content_hash: (await versions(id))[0]?.content_hash, warnings: [] });
  }, 60_000);

  it('is not made of bytes that are not those of its images: the build fails, names the image and leaves no zip', async () => {
    const id = await madeByHand('Overwritten', 4);
    const key = (await under.pool.query<{ object_key: string }>('select object_key from dataset_images where dataset_id = $1 and number = 2', [id])).rows[0]?.object_key ?? '';
    const bytes = await under.writer.getBytes(key, 100_000);
    await under.writer.put(key, Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 20 ? byte ^ 1 : byte)));
    const job = await under.api.start(id, { epochs: 1 });
    expect((await under.api.untilEnded(job.id, 60_000)).state).toBe('failed');
    expect(await versions(id)).toMatchObject([{ state: 'ready', zip: { state: 'failed' }, failure: { code: 'build-failed', detail: expect.stringContaining('Image 2 ') } }]);
    // What the version is, is known without its zip.
    expect([await under.writer.head(objectKeys.snapshotZip(id, 1)), (await under.writer.head(objectKeys.snapshotManifest(id, 1))) === null]).toEqual([null, false]);
  }, 60_000);
});
