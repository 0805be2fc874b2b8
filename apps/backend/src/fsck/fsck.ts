import { objectKeys, type ObjectStore } from '@app/object-store';
import pg from 'pg';
import { checkCounters } from './check-counters.js';
import { checkHistory } from './check-history.js';
import { checkDerived, checkImages } from './check-images.js';
import { checkLeftovers, checkModels } from './check-leftovers.js';
import { checkVersions } from './check-versions.js';
import type { Difference, DifferenceCode } from './difference.js';
import type { Examined } from './examined.js';

export interface FsckOptions {
  readonly databaseUrl: string;
  readonly store: ObjectStore;
  /** One dataset only; then models and staging are left out. */
  readonly datasetId?: string;
  readonly deep?: boolean;
  /** Minutes that objects without a row, open uploads and events may be on their way. */
  readonly graceMinutes: number;
}

/**
 * Every difference between database, bucket, manifests and zips; nothing is changed. The database is seen at one moment.
 * Errors: those of the store and of Postgres, where it cannot look; `RangeError` where there is no such dataset.
 */
export async function* fsck({ databaseUrl, store, datasetId, deep = false, graceMinutes }: FsckOptions): AsyncIterable<Difference> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    await database.query('begin transaction isolation level repeatable read, read only');
    const { rows } = await database.query<{ id: string; now: Date }>('select id, now() as now from datasets where purge_started_at is null and ($1::text is null or id = $1) order by id', [datasetId ?? null]);
    if (datasetId !== undefined && rows.length === 0) throw new RangeError(`There is no dataset ${datasetId}.`);
    const of: Examined = { database, store, deep, settledBefore: new Date(Date.now() - graceMinutes * 60_000) };
    for await (const one of checkAll(of, rows, datasetId)) if (!(await isHeld(database, one))) yield one;
  } finally {
    await database.end();
  }
}

async function* checkAll(of: Examined, rows: readonly { readonly id: string }[], datasetId: string | undefined): AsyncIterable<Difference> {
  for (const { id } of rows) yield* checkDataset(of, id);
  yield* checkLeftovers(of, datasetId === undefined ? '' : objectKeys.dataset(datasetId));
  if (datasetId === undefined) yield* checkModels(of);
}

/** Objects without a row. */
const STRAY: ReadonlySet<DifferenceCode> = new Set(['image-orphan', 'image-superseded', 'derived-orphan', 'snapshot-orphan', 'deleted-left', 'tail-left', 'model-orphan', 'dataset-orphan']);

/** It is deleted when a backup that is being made has ended. */
async function isHeld(database: pg.Client, { code, where }: Difference): Promise<boolean> {
  return STRAY.has(code) && (await database.query('select 1 from held_deletions where starts_with(key, $1) limit 1', [where])).rowCount === 1;
}

async function* checkDataset(of: Examined, id: string): AsyncIterable<Difference> {
  yield* checkImages(of, id);
  yield* checkDerived(of, id);
  yield* checkHistory(of, id);
  yield* checkCounters(of, id);
  yield* checkVersions(of, id);
}
