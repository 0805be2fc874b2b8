import { IMAGE_TABLE } from '../../../dataset/index.js';
import { changedNumbers, imagesAtPosition, type Query } from './images-at-position.js';

const BATCH = 500;
/** Of the connection's own: gone with its transaction. */
const OVERLAY = 'position_overlay';

/**
 * Rows of a dataset as they were at an earlier position, as a `from` clause: the images that did not change since as they are, the others out of their history. Costs
 * what changed since. In a transaction that may write and sees one moment.
 */
export async function rowsAtPosition(query: Query, at: { readonly datasetId: string; readonly position: number; readonly now: number }, quotedId: string): Promise<string> {
  const { datasetId, position, now } = at;
  await query(`create temp table ${OVERLAY} (like ${IMAGE_TABLE}) on commit drop`, []);
  let numbers = await changedNumbers(query, { datasetId, after: position, upTo: now }, { afterNumber: 0, limit: BATCH });
  while (numbers.length > 0) {
    const rows = await imagesAtPosition(query, at, numbers);
    await query(`insert into ${OVERLAY} select * from jsonb_populate_recordset(null::${IMAGE_TABLE}, $1)`, [JSON.stringify(rows)]);
    numbers = await changedNumbers(query, { datasetId, after: position, upTo: now }, { afterNumber: numbers.at(-1) ?? 0, limit: BATCH });
  }
  await query(`create unique index on ${OVERLAY} (number)`, []);
  await query(`analyze ${OVERLAY}`, []);
  return `from (
    select i.* from ${IMAGE_TABLE} i where i.dataset_id = ${quotedId} and i.removed_seq is null and not exists (select 1 from ${OVERLAY} o where o.number = i.number)
    union all select * from ${OVERLAY} where removed_seq is null) as images where dataset_id = ${quotedId} and state = 'ready'`;
}
