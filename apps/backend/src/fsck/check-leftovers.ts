import { objectKeys, type ObjectHead } from '@app/object-store';
import { difference, type Difference } from './difference.js';
import { isSettled, rowsOf, type Examined } from './examined.js';
import { merged } from './merge.js';

const METRICS = /\/metrics(-attempt-\d+)?\.json$/;

interface ModelRow {
  readonly key: string;
  readonly size: number;
  readonly kind: 'model' | 'metrics';
}

/** Pointers to checkpoints, and the report of the attempt that completed each job: the last one that was handed out. */
const MODELS = `
  select * from (select key, size_bytes::float8 as size, 'model' as kind from training_checkpoints
  union all
  select key, size, 'metrics' from (
    select distinct on (m.job_id) m.key, m.size_bytes::float8 as size from training_minted_uploads m join training_jobs j on j.id = m.job_id
    where m.kind = 'metrics' and j.state = 'completed' order by m.job_id, m.minted_at desc, m.key desc) reports) reported
  order by key collate "C"`;
/** Of jobs that have ended nothing is on its way any more. */
const JOBS = `select id::text, state in ('completed','failed','cancelled') as ended from training_jobs
  union all select id::text, true from models where source = 'upload' union all select id::text, false from model_uploads`;

const MISSING: Readonly<Record<ModelRow['kind'], (key: string) => Difference>> = {
  model: (key) => difference('model-missing', key, 'a job reported it'),
  metrics: (key) => difference('metrics-missing', key, 'the report of a completed job'),
};

/** I8: what a job says it has, and nothing else once it has ended. */
export async function* checkModels(of: Examined): AsyncIterable<Difference> {
  const jobs = new Map((await of.database.query<{ id: string; ended: boolean }>(JOBS)).rows.map((row) => [row.id, row.ended]));
  const rows = { items: rowsOf<ModelRow>(of, MODELS, []), key: (row: ModelRow) => row.key };
  const objects = { items: of.store.list('models/'), key: (object: ObjectHead) => object.key };
  for await (const { left: row, right: object } of merged(rows, objects)) {
    if (row !== null && object === null) yield MISSING[row.kind](row.key);
    if (row !== null && object !== null && row.size !== object.sizeBytes) yield difference('model-size', row.key, `${object.sizeBytes} bytes instead of ${row.size}`);
    if (row === null && object !== null && isSettled(of, object)) yield* strangeModel(object.key, jobs.get(object.key.split('/')[1] ?? ''));
  }
}

/** `ended`: of its job; undefined where there is none. */
function* strangeModel(key: string, ended: boolean | undefined): Iterable<Difference> {
  if (ended === undefined) yield difference('model-orphan', key, 'no job has this id');
  else if (ended && METRICS.test(key)) yield difference('model-orphan', key, 'another attempt completed the job, or none');
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
