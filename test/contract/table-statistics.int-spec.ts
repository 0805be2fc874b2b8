import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ImportQueue } from '../../apps/backend/src/modules/dataset/index.js';
import { BULK_ROWS } from '../../apps/backend/src/platform/database/table-statistics.js';
import { UnitOfWork } from '../../apps/backend/src/platform/database/unit-of-work.js';
import { LabelsUnderTest } from './labels-under-test.js';

/** The planner knows of images that came by the thousand. */
let labels: LabelsUnderTest;
beforeAll(async () => {
  labels = await LabelsUnderTest.start();
});
afterAll(() => labels?.close());

const known = async (): Promise<number> => Number((await labels.pool.query<{ rows: number }>(`select reltuples as rows from pg_class where relname = 'dataset_images'`)).rows[0]?.rows);

async function complete(datasetId: string, done: number): Promise<void> {
  const job = { id: randomUUID(), datasetId, kind: 'load-labels', requestedBy: randomUUID(), detail: {}, attempts: 1, done: 0, refused: 0 } as const;
  await labels.pool.query(`insert into dataset_imports (id, dataset_id, kind, state, requested_by, attempts, leased_until) values ($1, $2, 'load-labels', 'running', $3, 1, now() + interval '1 hour')`, [job.id, datasetId, job.requestedBy]);
  expect(await labels.backend.app.get(UnitOfWork).run(() => labels.backend.app.get(ImportQueue).complete(job, { done, total: done, refused: 0 }))).toBe(true);
}

it('looks at the table of images behind a large import, and not behind a small one', async () => {
  const id = await labels.dataset('object_detection', { images: BULK_ROWS });
  await complete(id, BULK_ROWS - 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await known()).toBeLessThan(BULK_ROWS);
  await complete(id, BULK_ROWS);
  await expect.poll(known, { timeout: 10_000 }).toBe(BULK_ROWS);
});
