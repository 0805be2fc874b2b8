import { randomUUID } from 'node:crypto';
import { classIdsOf, FindingCollector, type ImageLabels, LabelReader, layersOfLabelMap, liveDigest, type LiveObject, liveObjectsOf, liveObjectsOfMask, type PackageFile, readMaskPixels, TASK_TYPES } from '@app/dice-format';
import { newId } from '@app/kernel';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf, randomModel, validatedPackage } from '../../libs/dice-format/src/testing/index.js';
import { dataSourceOptions, migrated } from '../../apps/backend/src/platform/database/database.module.js';
import { SqlLiveView } from '../../apps/backend/src/modules/annotation/infrastructure/live-view/sql-live-view.js';

let database: TestDatabase;
let source: DataSource;
let view: SqlLiveView;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await migrated(dataSourceOptions({ url: database.url, poolSize: 6 }));
  view = new SqlLiveView(source);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const query = async <T>(sql: string, values: unknown[] = []): Promise<T[]> => source.query(sql, values) as Promise<T[]>;
const bytesOf = (files: readonly PackageFile[], name: string): Uint8Array => files.find((file) => file.name === name)?.bytes ?? new Uint8Array();

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function readLabels(text: Uint8Array, hasMasks: boolean): Promise<{ images: ImageLabels[]; reader: LabelReader }> {
  const images: ImageLabels[] = [];
  const findings = new FindingCollector();
  const reader = new LabelReader(findings, { hasMasks, onImage: (image) => void images.push(image) });
  await reader.read(once(text));
  expect(findings.errors).toEqual([]);
  return { images, reader };
}

/** The rows that an uploaded package becomes. Answers the dataset and the content hash that its validation found. */
async function loaded(files: readonly PackageFile[]): Promise<{ id: string; hash: string; images: ImageLabels[] }> {
  const report = await validatedPackage(files);
  if (report.dataset === null) throw new Error(JSON.stringify(report.errors));
  const { dataset } = report;
  const { images } = await readLabels(bytesOf(files, 'annotations.json'), files.some(({ name }) => name.startsWith('masks/')));
  const id = `platform-view-${randomUUID().slice(0, 8)}`;
  await query(
    `insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, content_hash_seq, created_by, created_at, updated_at, revision) values ($1, 'random', $2, $3, 'private', 'ready', $4, $5, 0, '{}', '', -1, $6, now(), now(), 1)`,
    [id, dataset.taskType, dataset.multiLabel, images.length, dataset.classes.length, randomUUID()],
  );
  for (const [position, { id: classId, name, color, details }] of dataset.classes.entries()) {
    await query('insert into dataset_classes (dataset_id, class_id, name, color, position, details) values ($1, $2, $3, $4, $5, $6)', [id, classId, name, color, position, JSON.stringify(details)]);
  }
  const byName = new Map(images.map((image) => [image.fileName, image]));
  for (const fact of dataset.images) {
    const image = byName.get(fact.fileName);
    const pixels = image?.maskFile === undefined ? undefined : readMaskPixels(bytesOf(files, image.maskFile));
    if (typeof pixels === 'string') throw new Error(pixels);
    const { objects } = pixels === undefined ? liveObjectsOf(image?.annotations ?? [], () => newId()) : liveObjectsOfMask(layersOfLabelMap(pixels.pixels, pixels), () => newId());
    await insertImage(id, { ...fact, objects, noObject: image?.noObject ?? false });
  }
  return { id, hash: dataset.contentHash, images };
}

interface Row {
  readonly number: number;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly format: string;
  readonly split: string | null;
  readonly status: string;
  readonly sha256: string;
  readonly crc32: number;
  readonly sizeBytes: number;
  readonly objects: readonly LiveObject[];
  readonly noObject: boolean;
}

async function insertImage(datasetId: string, row: Row): Promise<void> {
  await query(
    `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, split, status, size_bytes, crc32, sha256, objects, no_object, object_count, class_ids, labels_digest)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, decode($12, 'hex'), $13, $14, $15, $16, decode($17, 'hex'))`,
    [
      ...[datasetId, row.number, row.fileName, row.width, row.height, row.depth, row.format, row.split, row.status, row.sizeBytes, row.crc32, row.sha256],
      ...[JSON.stringify(row.objects), row.noObject, row.objects.length, classIdsOf(row.objects), liveDigest(row.objects, row)],
    ],
  );
}

interface Written {
  readonly annotations: Uint8Array;
  readonly meta: Uint8Array;
  readonly masks: readonly PackageFile[];
}

async function written(id: string): Promise<Written> {
  const cut = await view.open(id);
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of cut.annotations()) chunks.push(Uint8Array.from(chunk));
    const masks: PackageFile[] = [];
    for await (const { number, png } of cut.masks()) masks.push({ name: `masks/${String(number).padStart(6, '0')}.png`, bytes: png });
    return { annotations: Buffer.concat(chunks), meta: await cut.meta(), masks };
  } finally {
    await cut.close();
  }
}

/** Labels apart from integer ids that the reader gave and from names of mask files, which are the platform's. */
function comparable(images: readonly ImageLabels[]): unknown[] {
  const objects = (image: ImageLabels): unknown[] => image.annotations.map(({ id: _, ...body }) => JSON.parse(JSON.stringify(body)) as unknown);
  return images.map((image) => ({ id: image.id, fileName: image.fileName, split: image.split, status: image.status, noObject: image.noObject, hasMask: image.maskFile !== undefined, objects: objects(image) }));
}

describe('annotations.json from the database', () => {
  it.each(TASK_TYPES)('is accepted by the validator of uploads and says what was uploaded, with the same hash: %s', async (task) => {
    await fc.assert(
      fc.asyncProperty(randomModel(task), async (model) => {
        const files = filesOf(model);
        const { id, hash, images } = await loaded(files);
        const { annotations, meta, masks } = await written(id);
        const pictures = files.filter(({ name }) => name.startsWith('images/'));
        const report = await validatedPackage([{ name: 'annotations.json', bytes: annotations }, { name: 'meta.json', bytes: meta }, ...masks, ...pictures]);
        expect({ errors: report.errors, warnings: report.warnings }).toEqual({ errors: [], warnings: [] });
        expect(report.dataset?.contentHash).toBe(hash);
        expect(comparable((await readLabels(annotations, masks.length > 0)).images)).toEqual(comparable(images));
        expect(JSON.parse(Buffer.from(meta).toString())).toMatchObject({ content_hash: hash, total_images: images.length });
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same bytes when its hash was remembered, and another hash after a change', async () => {
    const { id } = await loaded(filesOf(fc.sample(randomModel('object_detection'), { numRuns: 1, seed: 7 })[0] as never));
    const first = await written(id);
    const [row] = await query<{ seq: number; hash: string }>('select content_hash_seq::int as seq, content_hash as hash from datasets where id = $1', [id]);
    expect(row).toEqual({ seq: 0, hash: (JSON.parse(Buffer.from(first.meta).toString()) as { content_hash: string }).content_hash });
    expect(await written(id)).toEqual(first);
    await query(`update dataset_images set split = case when split = 'train' then 'val' else 'train' end where dataset_id = $1 and number = 1`, [id]);
    await query('update datasets set change_seq = 1 where id = $1', [id]);
    expect(JSON.parse(Buffer.from((await written(id)).meta).toString())).not.toMatchObject({ content_hash: row?.hash });
  });

  it('leaves out broken and removed images, in the hash too', async () => {
    const pictures = (id: string): Promise<{ number: number }[]> => query('select number from dataset_images where dataset_id = $1 order by number', [id]);
    const many = fc.sample(randomModel('object_detection').filter(({ images }) => images.length === 4), { numRuns: 1, seed: 3 })[0];
    const files = filesOf(many as never);
    const [whole, part] = [await loaded(files), await loaded(files)];
    expect(await pictures(whole.id)).toHaveLength(4);
    await query(`update dataset_images set state = 'broken' where dataset_id = $1 and number = 2`, [whole.id]);
    await query('update dataset_images set removed_seq = 1 where dataset_id = $1 and number = 3', [whole.id]);
    await query('delete from dataset_images where dataset_id = $1 and number in (2, 3)', [part.id]);
    const texts = await Promise.all([whole, part].map(async ({ id }) => JSON.parse(Buffer.from((await written(id)).annotations).toString()) as { images: { id: number }[]; content_hash: string; statistics: unknown }));
    expect(texts[0]?.images.map((one) => one.id)).toEqual([1, 4]);
    expect(texts[0]?.content_hash).toBe(texts[1]?.content_hash);
    expect(texts[0]?.statistics).toEqual(texts[1]?.statistics);
  });

  it('orders names beyond the basic plane as the validator does, and escapes what JSON must', async () => {
    const model = fc.sample(randomModel('image_classification').filter(({ images }) => images.length === 4), { numRuns: 1, seed: 5 })[0];
    const names = ['images/\u{1f600}.png', 'images/\uff21.png', 'images/"\\\u2028.png', 'images/ \u007f é.png'];
    const files = filesOf({ ...(model as NonNullable<typeof model>), images: (model?.images ?? []).map((image, index) => ({ ...image, fileName: names[index] ?? '' })) });
    const { id, hash } = await loaded(files);
    expect((JSON.parse(Buffer.from((await written(id)).annotations).toString()) as { content_hash: string }).content_hash).toBe(hash);
  });

  it('is of one moment: what is committed while it is read is not in it', async () => {
    const { id } = await loaded(filesOf(fc.sample(randomModel('image_classification').filter(({ images }) => images.length === 4), { numRuns: 1, seed: 5 })[0] as never));
    const before = await written(id);
    await query(`update datasets set content_hash_seq = -1 where id = $1`, [id]);
    const cut = await view.open(id);
    await query('update dataset_images set removed_seq = 1 where dataset_id = $1', [id]);
    await query('update datasets set change_seq = 4 where id = $1', [id]);
    const chunks: Uint8Array[] = [];
    for await (const chunk of cut.annotations()) chunks.push(Uint8Array.from(chunk));
    await cut.close();
    expect(Buffer.concat(chunks).toString()).toBe(Buffer.from(before.annotations).toString());
  });

  it('gives its connection back when the reader leaves in the middle', async () => {
    const { id } = await loaded(filesOf(fc.sample(randomModel('object_detection'), { numRuns: 1, seed: 7 })[0] as never));
    await query(`insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, sha256) select $1, n, 'images/' || n, 9, 9, 3, 'png', 'unlabeled', 1, sha256(n::text::bytea) from generate_series(100, 60000) as n`, [id]);
    for (let round = 0; round < 12; round += 1) {
      const cut = await view.open(id);
      let taken = 0;
      for await (const chunk of cut.annotations()) if ((taken += chunk.length) > 2_000) break;
      await cut.close();
    }
    const [row] = await query<{ open: number }>(`select count(*)::int as open from pg_stat_activity where datname = current_database() and state like '%in transaction%'`);
    expect(row?.open).toBe(0);
  });
});
