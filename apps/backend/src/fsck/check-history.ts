import { difference, type Difference } from './difference.js';
import { rowsOf, type Examined } from './examined.js';

interface Chain {
  readonly number: number;
  readonly revision: number;
  readonly entries: number;
  readonly least: number | null;
  readonly most: number | null;
  readonly ordered: boolean;
}

/** The first revision of an image is the image itself; each later one is a change. */
const CHAINS = `
  select i.number, i.revision, count(c.revision)::int as entries, min(c.revision) as least, max(c.revision) as most, coalesce(bool_and(c.revision > c.before), true) as ordered
  from dataset_images i
  left join (select number, revision, lag(revision, 1, 0) over (partition by number order by seq) as before from dataset_changes
    where dataset_id = $1 and number is not null and revision is not null) c on c.number = i.number
  where i.dataset_id = $1 group by i.number, i.revision order by i.number`;

/** What breaks the chain; null: nothing. */
export function chainFault({ revision, entries, least, most, ordered }: Chain): string | null {
  if (entries === 0) return revision === 1 ? null : `revision ${revision} without a history`;
  if (most !== revision) return `the history ends at revision ${most}, the image is at ${revision}`;
  if (!ordered) return 'revisions are not in the order of the changes';
  if (least === null || least > 2) return `the history begins at revision ${least}`;
  return entries === revision - least + 1 ? null : `${entries} entries from revision ${least} to ${revision}`;
}

/** I5: the history of each image is a chain that ends at its head, and the changes of the dataset are numbered without a gap. */
export async function* checkHistory(of: Examined, datasetId: string): AsyncIterable<Difference> {
  for await (const chain of rowsOf<Chain>(of, CHAINS, [datasetId])) {
    const fault = chainFault(chain);
    if (fault !== null) yield difference('history-broken', `image ${chain.number} of ${datasetId}`, fault);
  }
  const { rows } = await of.database.query<{ head: number; count: number; least: number | null; most: number | null }>(
    `select d.change_seq::float8 as head, count(c.seq)::float8 as count, min(c.seq)::float8 as least, max(c.seq)::float8 as most
     from datasets d left join dataset_changes c on c.dataset_id = d.id where d.id = $1 group by d.id`,
    [datasetId],
  );
  const [at] = rows;
  if (at === undefined || (at.count === at.head && (at.most ?? 0) === at.head && (at.least ?? 1) === 1)) return;
  yield difference('sequence-gap', datasetId, `${at.count} changes from ${at.least} to ${at.most}, the dataset is at ${at.head}`);
}
