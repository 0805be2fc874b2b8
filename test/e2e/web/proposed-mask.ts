import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A suggestion for image 1 of a dataset of masks, as a finished run leaves it. */
export async function proposeMask(databaseUrl: string, dataset: string, said: { readonly class_id: number; readonly counts: string; readonly score: number }): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const [model, run, id] = [randomUUID(), randomUUID(), randomUUID()];
    await client.query(`insert into models (id, dataset_id, name, source, task_type, object, created_by) select $1, id, 'Halves', 'upload', task_type, '{}', created_by from datasets where id = $2`, [model, dataset]);
    await client.query(`insert into model_runs (id, kind, dataset_id, model_id, min_score, stage, created_by) select $1, 'prelabel', id, $3, 0, 'done', created_by from datasets where id = $2`, [run, dataset, model]);
    await client.query('insert into image_proposals (dataset_id, number, run_id, uncertainty, open) values ($1, 1, $2, 0.5, 1)', [dataset, run]);
    const body = { id, number: 1, source: 'manual', ...said, model };
    await client.query('insert into suggestions (id, dataset_id, number, run_id, model_id, class_id, score, body) values ($1, $2, 1, $3, $4, $5, $6, $7)', [id, dataset, run, model, said.class_id, said.score, JSON.stringify(body)]);
  } finally {
    await client.end();
  }
}
