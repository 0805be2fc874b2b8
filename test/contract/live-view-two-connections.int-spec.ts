import { randomUUID } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions, migrated } from '../../apps/backend/src/platform/database/database.module.js';
import { SqlLiveView } from '../../apps/backend/src/modules/annotation/infrastructure/live-view/sql-live-view.js';

const IMAGES = 12_000;

let database: TestDatabase;
/** One with connections to spare, one without. */
let wide: DataSource;
let narrow: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  wide = await migrated(dataSourceOptions({ url: database.url, poolSize: 6 }));
  narrow = await migrated(dataSourceOptions({ url: database.url, poolSize: 2 }));
});
afterAll(async () => {
  await Promise.all([wide.destroy(), narrow.destroy()]);
  await database.drop();
});

/** Images with none to three boxes; every seventh number belongs to none. */
async function filled(): Promise<string> {
  const id = `platform-two-${randomUUID().slice(0, 8)}`;
  await wide.query(
    `insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, content_hash_seq, next_image_number, created_by, created_at, updated_at, revision)
     values ($1, 'two', 'object_detection', false, 'private', 'ready', $2, 2, $2, '{}', '', -1, $2 + 1, $3, now(), now(), 1)`,
    [id, IMAGES, randomUUID()],
  );
  await wide.query(`insert into dataset_classes (dataset_id, class_id, name, color, position) select $1, n, 'class "' || n || '"', '#000000', n from generate_series(0, 1) as n`, [id]);
  await wide.query(
    `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, split, status, size_bytes, sha256, class_ids, object_count, next_object_number, objects)
     select $1, n, 'images/' || n || '.jpg', 640, 480, 3, 'jpeg', 'train', 'labeled', 1, sha256(n::text::bytea), '{0,1}', n % 4, 4,
       (select coalesce(jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'number', k, 'class_id', k % 2, 'source', 'import', 'bbox', jsonb_build_array(k, 20.5, 3, 4.25))), '[]') from generate_series(1, n % 4) as k)
     from generate_series(1, $2::int) as n where n % 7 <> 0`,
    [id, IMAGES],
  );
  return id;
}

async function textOf(source: DataSource, id: string): Promise<string> {
  await wide.query('update datasets set content_hash_seq = -1 where id = $1', [id]);
  const cut = await new SqlLiveView(source).open(id);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of cut.annotations()) chunks.push(Uint8Array.from(chunk));
  } finally {
    await cut.close();
  }
  return Buffer.concat(chunks).toString();
}

const inTransaction = async (): Promise<number> => {
  const rows: { open: number }[] = await narrow.query(`select count(*)::int as open from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`);
  return rows[0]?.open ?? Number.NaN;
};

describe('the live view of a large dataset', () => {
  it('is the same text whether a second connection can be spared or not', async () => {
    const id = await filled();
    const [two, one] = [await textOf(wide, id), await textOf(narrow, id)];
    expect(two).toBe(one);
    const { images, statistics } = JSON.parse(two) as { images: { id: number }[]; statistics: unknown };
    expect(images.map((image) => image.id)).toEqual(Array.from({ length: IMAGES }, (_, index) => index + 1).filter((number) => number % 7 !== 0));
    const annotations = images.reduce((sum, { id: number }) => sum + (number % 4), 0);
    expect(statistics).toMatchObject({ total_images: images.length, total_annotations: annotations, class_distribution: { 'class "0"': images.filter(({ id: number }) => number % 4 >= 2).length } });
  });

  it('is read by two, and both are of the moment at which it was opened', async () => {
    const id = await filled();
    const before = await textOf(narrow, id);
    await wide.query('update datasets set content_hash_seq = -1 where id = $1', [id]);
    const cut = await new SqlLiveView(wide).open(id);
    await wide.query('update dataset_images set removed_seq = 1 where dataset_id = $1', [id]);
    await wide.query('update datasets set change_seq = 4 where id = $1', [id]);
    const chunks: Uint8Array[] = [];
    let readers = 0;
    for await (const chunk of cut.annotations()) {
      chunks.push(Uint8Array.from(chunk));
      readers = Math.max(readers, chunks.length === 5 ? await inTransaction() : 0);
    }
    // What follows needs one connection only.
    expect(await inTransaction()).toBe(1);
    await cut.close();
    expect(readers).toBe(2);
    expect(Buffer.concat(chunks).toString()).toBe(before);
  });

  it('gives both connections back when the reader leaves in the middle', async () => {
    const id = await filled();
    for (let round = 0; round < 8; round += 1) {
      const cut = await new SqlLiveView(wide).open(id);
      let taken = 0;
      for await (const chunk of cut.annotations()) if ((taken += chunk.length) > 100_000) break;
      await cut.close();
    }
    await expect.poll(inTransaction).toBe(0);
    await textOf(wide, id);
  });

  it('fails as one when a connection is lost, and leaves none behind', async () => {
    const id = await filled();
    const cut = await new SqlLiveView(wide).open(id);
    const read = async (): Promise<void> => {
      let chunks = 0;
      for await (const _ of cut.annotations()) {
        chunks += 1;
        if (chunks === 3) await narrow.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'copy %' and pid <> pg_backend_pid()`);
      }
    };
    await expect(read()).rejects.toBeInstanceOf(DomainError);
    await cut.close();
    await expect.poll(inTransaction).toBe(0);
    await textOf(wide, id);
  });
});
