import { CHANGE_TABLE, IMAGE_TABLE } from '../../../dataset/index.js';
import { rowAtPosition, type ImageRowJson, type RowHistory } from './row-at-position.js';

/** Runs a statement on the connection of the caller. */
export type Query = <T extends object>(sql: string, parameters: unknown[]) => Promise<T[]>;

const LAST = (flag: string): string => `
  (select jsonb_build_object('actor', c.actor, 'at', c.at) from ${CHANGE_TABLE} c
   where c.dataset_id = i.dataset_id and c.number = i.number and c.seq <= $2 and c.kind = 'annotated' and c.body ? '${flag}' order by c.seq desc limit 1)`;

/** $1 dataset, $2 position, $3 numbers. */
const HISTORIES = `
  select to_jsonb(i) as row,
    coalesce((select jsonb_agg(jsonb_build_object('kind', c.kind, 'seq', c.seq, 'revision', c.revision, 'body', c.body) order by c.seq desc) from ${CHANGE_TABLE} c
      where c.dataset_id = i.dataset_id and c.number = i.number and c.seq > $2), '[]') as later,
    ${LAST('relabeled')} as labeled, ${LAST('reviewed')} as reviewed
  from ${IMAGE_TABLE} i where i.dataset_id = $1 and i.number = any($3::int[]) order by i.number`;

/** $1 dataset, $2 and $3 positions, $4 behind which number, $5 how many. */
const CHANGED = `
  select distinct number from ${CHANGE_TABLE} where dataset_id = $1 and seq > $2 and seq <= $3 and number > $4 order by number limit $5`;

/** The rows of these images as they were at a position; in the order of their numbers. */
export async function imagesAtPosition(query: Query, at: { readonly datasetId: string; readonly position: number }, numbers: readonly number[]): Promise<readonly ImageRowJson[]> {
  const histories = await query<RowHistory>(HISTORIES, [at.datasetId, at.position, numbers]);
  return histories.map(rowAtPosition);
}

/** The images with a change behind one position up to another one, in the order of their numbers. */
export async function changedNumbers(query: Query, range: { readonly datasetId: string; readonly after: number; readonly upTo: number }, page: { readonly afterNumber: number; readonly limit: number }): Promise<readonly number[]> {
  const rows = await query<{ number: number }>(CHANGED, [range.datasetId, range.after, range.upTo, page.afterNumber, page.limit]);
  return rows.map((row) => row.number);
}
