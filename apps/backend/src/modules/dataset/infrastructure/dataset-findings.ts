import type { Finding } from '@app/kernel';

type Execute = (sql: string, parameters: unknown[]) => Promise<unknown[]>;

/**
 * Takes an image out of training and says why among the dataset's findings; once an image, however often it is called. In the caller's unit of work: the
 * dataset's row is locked for the finding's number, in the trash too.
 */
export async function markBroken(execute: Execute, of: { readonly datasetId: string; readonly number: number; readonly finding: Finding }): Promise<void> {
  const { datasetId, number, finding } = of;
  await execute('select 1 from datasets where id = $1 for update', [datasetId]);
  await execute(
    // What was written down of the content counted it in: below any position, and each time lower, so that nobody who counted it writes it down again.
    `with broken as (update dataset_images set state = 'broken' where dataset_id = $1 and number = $2 and state = 'ready' returning 1),
     outdated as (update datasets set content_hash_seq = least(content_hash_seq, 0) - 1, view_seq = least(view_seq, 0) - 1, changed_at = clock_timestamp() where id = $1 and exists (select 1 from broken))
     insert into dataset_findings (dataset_id, position, code, message, entry, hint)
     select $1, coalesce((select max(position) from dataset_findings where dataset_id = $1), 0) + 1, $3, $4, $5, $6 from broken`,
    [datasetId, number, finding.code, finding.message, finding.entry ?? null, finding.hint ?? null],
  );
}
