import { objectKeys, type ObjectHead } from '@app/object-store';
import { difference, type Difference } from './difference.js';
import { isSettled, rowsOf, type Examined } from './examined.js';
import { merged } from './merge.js';

interface ModelRow {
  readonly key: string;
  readonly size: number;
}

const MODELS = `select key, size_bytes::float8 as size from training_checkpoints order by key collate "C"`;

/** I8: what a job says it has. Reports of metrics have no row: of strangers only those without a job are told. */
export async function* checkModels(of: Examined): AsyncIterable<Difference> {
  const jobs = new Set((await of.database.query<{ id: string }>('select id::text from training_jobs')).rows.map((row) => row.id));
  const rows = { items: rowsOf<ModelRow>(of, MODELS, []), key: (row: ModelRow) => row.key };
  const objects = { items: of.store.list('models/'), key: (object: ObjectHead) => object.key };
  for await (const { left: row, right: object } of merged(rows, objects)) {
    if (row !== null && object === null) yield difference('model-missing', row.key, 'a job reported it');
    if (row !== null && object !== null && row.size !== object.sizeBytes) yield difference('model-size', row.key, `${object.sizeBytes} bytes instead of ${row.size}`);
    if (row === null && object !== null && isSettled(of, object) && !jobs.has(object.key.split('/')[1] ?? '')) yield difference('model-orphan', object.key, 'no job has this id');
  }
}

/** I4 and I9: what is to end by itself and did not. */
export async function* checkLeftovers(of: Examined, prefix: string): AsyncIterable<Difference> {
  const announced = new Set((await of.database.query<{ id: string }>('select multipart_id as id from dataset_direct_uploads')).rows.map((row) => row.id));
  for await (const { key, uploadId, begunAt } of of.store.openUploads(prefix)) {
    if (begunAt < of.settledBefore && !announced.has(uploadId)) yield difference('upload-open', key, `open since ${begunAt.toISOString()}`);
  }
  if (prefix !== '') return;
  for await (const object of of.store.list(objectKeys.stagingArea)) if (isSettled(of, object)) yield difference('staging-left', object.key, `since ${object.lastModified.toISOString()}`);
  const waiting = await of.database.query<{ count: number }>('select count(*)::int as count from outbox where published_at is null and created_at < $1', [of.settledBefore]);
  if ((waiting.rows[0]?.count ?? 0) > 0) yield difference('outbox-waiting', 'outbox', `${waiting.rows[0]?.count} events were not published`);
  yield* datasetOrphans(of);
}

async function* datasetOrphans(of: Examined): AsyncIterable<Difference> {
  const known = new Set((await of.database.query<{ id: string }>('select id from datasets')).rows.map((row) => row.id));
  let told = '';
  for await (const object of of.store.list('datasets/')) {
    const id = object.key.split('/')[1] ?? '';
    if (known.has(id) || id === told || !isSettled(of, object)) continue;
    told = id;
    yield difference('dataset-orphan', objectKeys.dataset(id), `for one ${object.key}`);
  }
}
