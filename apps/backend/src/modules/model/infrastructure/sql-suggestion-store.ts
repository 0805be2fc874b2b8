import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import type { Comparable } from '../domain/same-thing.js';
import { SuggestionStore, type ImageProposal, type ImageSize, type ShownSuggestion, type Suggestion } from '../application/ports/suggestion-store.port.js';

const COLUMNS = `s.id, s.dataset_id as "datasetId", s.number, s.run_id as "runId", s.model_id as "modelId", s.class_id as "classId", s.score, s.body`;
const REMOVE_OLDER = `delete from suggestions where dataset_id = $1 and number = any($2::int[]) and model_id = $3 and state = 'open'`;
const INSERT = `
  insert into suggestions (id, dataset_id, number, run_id, model_id, class_id, score, body)
  select g.id, $1, g.number, $2, $3, g.class_id, g.score, g.body from jsonb_to_recordset($4::jsonb) as g (id uuid, number int, class_id int, score real, body jsonb)`;
const PROPOSE = `
  insert into image_proposals (dataset_id, number, run_id, uncertainty)
  select $1, g.number, $2, g.uncertainty from jsonb_to_recordset($3::jsonb) as g (number int, uncertainty real)
  on conflict (dataset_id, number) do update set run_id = excluded.run_id, uncertainty = excluded.uncertainty`;
const COUNT_OPEN = `
  update image_proposals p set open = (select count(*) from suggestions s where s.dataset_id = p.dataset_id and s.number = p.number and s.state = 'open')
  where p.dataset_id = $1 and p.number = any($2::int[])`;
/** An object of its id is there, or its pixels are labeled: taken. Not any more: open again. Pixels do not take what was rejected. */
const SETTLE = `
  with found as (
    select s.id, s.state, exists (select 1 from jsonb_array_elements(i.objects) as o where o->>'id' = s.id::text) or (s.id = any($3::uuid[]) and s.state <> 'rejected') as there
    from suggestions s join dataset_images i on i.dataset_id = s.dataset_id and i.number = s.number
    where s.dataset_id = $1 and s.number = any($2::int[]))
  , changed as (
    update suggestions s set state = case when f.there then 'accepted' else 'open' end from found f
    where s.id = f.id and ((f.there and s.state <> 'accepted') or (not f.there and s.state = 'accepted')) returning 1)
  select count(*)::int as count from changed`;
const REJECT = `
  with gone as (update suggestions set state = 'rejected' where dataset_id = $1 and number = $2 and ($3::uuid[] is null or id = any($3)) and state = 'open' returning id, dataset_id, number, body)
  , remembered as (
    insert into rejected_suggestions (id, dataset_id, number, body, pixels)
    select g.id, g.dataset_id, g.number, g.body, i.sha256 from gone g join dataset_images i on i.dataset_id = g.dataset_id and i.number = g.number)
  select count(*)::int as count from gone`;
const REJECTED = `
  select r.number, r.body from rejected_suggestions r join dataset_images i on i.dataset_id = r.dataset_id and i.number = r.number and i.sha256 = r.pixels
  where r.dataset_id = $1 and r.number = any($2::int[])`;
const ACCEPTABLE = `
  with images as (
    select distinct s.number from suggestions s join dataset_images i on i.dataset_id = s.dataset_id and i.number = s.number
    where s.run_id = $1 and s.state = 'open' and s.score >= $2 and s.number > $3 and i.status = 'unlabeled' and i.removed_seq is null order by s.number limit $4)
  select ${COLUMNS} from suggestions s join images using (number) where s.run_id = $1 and s.state = 'open' and s.score >= $2 order by s.number, s.score desc, s.id`;
const ACCEPTED = `
  with images as (select distinct number from suggestions where run_id = $1 and state = 'accepted' and number > $2 order by number limit $3)
  select ${COLUMNS} from suggestions s join images using (number) where s.run_id = $1 and s.state = 'accepted' order by s.number, s.id`;

@Injectable()
export class SqlSuggestionStore extends SuggestionStore {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async sizes(datasetId: string, numbers: readonly number[]): Promise<readonly ImageSize[]> {
    return this.sql<ImageSize>('select number, width, height from dataset_images where dataset_id = $1 and number = any($2::int[]) and removed_seq is null', [datasetId, numbers]);
  }

  async replace(run: { id: string; datasetId: string; modelId: string }, proposals: readonly ImageProposal[]): Promise<void> {
    if (proposals.length === 0) return;
    const numbers = proposals.map((one) => one.number);
    const rows = proposals.flatMap(({ suggestions }) => suggestions.map(({ id, number, classId, score, body }) => ({ id, number, class_id: classId, score, body })));
    await this.sql(REMOVE_OLDER, [run.datasetId, numbers, run.modelId]);
    await this.sql(INSERT, [run.datasetId, run.id, run.modelId, JSON.stringify(rows)]);
    await this.sql(PROPOSE, [run.datasetId, run.id, JSON.stringify(proposals.map(({ number, uncertainty }) => ({ number, uncertainty })))]);
    await this.sql(COUNT_OPEN, [run.datasetId, numbers]);
  }

  async rejected(datasetId: string, numbers: readonly number[]): Promise<ReadonlyMap<number, readonly Comparable[]>> {
    const found = new Map<number, Comparable[]>();
    for (const { number, body } of await this.sql<{ number: number; body: Comparable }>(REJECTED, [datasetId, numbers])) found.set(number, [...(found.get(number) ?? []), body]);
    return found;
  }

  async countOf(runId: string): Promise<number> {
    return (await this.sql<{ count: number }>('select count(*)::int as count from suggestions where run_id = $1', [runId]))[0]?.count ?? 0;
  }

  async openOf(datasetId: string, number: number, covered: readonly string[] = []): Promise<readonly ShownSuggestion[]> {
    await this.settle(datasetId, [number], covered);
    return this.sql<ShownSuggestion>(
      `select ${COLUMNS}, m.name as "modelName" from suggestions s join models m on m.id = s.model_id where s.dataset_id = $1 and s.number = $2 and s.state = 'open' order by s.score desc, s.id`,
      [datasetId, number],
    );
  }

  async settle(datasetId: string, numbers: readonly number[], covered: readonly string[] = []): Promise<void> {
    const [changed] = await this.sql<{ count: number }>(SETTLE, [datasetId, numbers, covered]);
    if ((changed?.count ?? 0) > 0) await this.sql(COUNT_OPEN, [datasetId, numbers]);
  }

  async masks(datasetId: string, numbers: readonly number[]): Promise<readonly { id: string; number: number; counts: string }[]> {
    return this.sql(`select id, number, body->>'counts' as counts from suggestions where dataset_id = $1 and number = any($2::int[]) and state <> 'rejected' and jsonb_typeof(body->'counts') = 'string'`, [datasetId, numbers]);
  }

  async reject(datasetId: string, number: number, ids: readonly string[] | null): Promise<number> {
    const [gone] = await this.sql<{ count: number }>(REJECT, [datasetId, number, ids]);
    await this.sql(COUNT_OPEN, [datasetId, [number]]);
    return gone?.count ?? 0;
  }

  async acceptable(runId: string, minScore: number, page: { after: number; limit: number }): Promise<readonly Suggestion[]> {
    return this.sql<Suggestion>(ACCEPTABLE, [runId, minScore, page.after, page.limit]);
  }

  async accepted(runId: string, page: { after: number; limit: number }): Promise<readonly Suggestion[]> {
    return this.sql<Suggestion>(ACCEPTED, [runId, page.after, page.limit]);
  }

  async forgetOpen(runId: string): Promise<void> {
    const rows = await this.sql<{ dataset_id: string; number: number }>(`with gone as (delete from suggestions where run_id = $1 and state <> 'accepted' returning dataset_id, number) select distinct dataset_id, number from gone`, [runId]);
    await this.sql('delete from image_proposals where run_id = $1', [runId]);
    const [first] = rows;
    if (first !== undefined) await this.sql(COUNT_OPEN, [first.dataset_id, rows.map((row) => row.number)]);
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.sql('delete from suggestions where id = any($1::uuid[])', [ids]);
  }

  private async sql<T = unknown>(text: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(text, parameters) as Promise<T[]>;
  }
}
