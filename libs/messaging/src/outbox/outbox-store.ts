import type { CloudEvent, StreamName } from '@app/contracts';
import type { SqlExecutor } from '../sql-executor.js';

/** One event, or a bundle: several of one kind that were made by one statement, in their order. A bundle is marked as a whole. */
export interface OutboxRow {
  readonly seq: string;
  /** Of the event; a bundle has one of its own, and its events have theirs. */
  readonly id: string;
  readonly stream: StreamName;
  readonly events: readonly CloudEvent[];
}

/** SQL of the outbox. Every method runs in the transaction of the executor it is given. */
export const outboxStore = {
  async append(sql: SqlExecutor, stream: StreamName, event: CloudEvent): Promise<void> {
    await outboxStore.appendAll(sql, [{ stream, event }]);
  },

  /** In one statement, in this order. */
  async appendAll(sql: SqlExecutor, rows: readonly { readonly stream: StreamName; readonly event: CloudEvent }[]): Promise<void> {
    if (rows.length === 0) return;
    await sql.query(
      `insert into outbox (id, stream, type, event) select id, stream, type, event::jsonb from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as given (id, stream, type, event, place) order by place`,
      [rows.map((row) => row.event.id), rows.map((row) => row.stream), rows.map((row) => row.event.type), rows.map((row) => JSON.stringify(row.event))],
    );
  },

  /**
   * Text of an insert of many events of one kind, for a statement that makes them together with what they tell of: `rows` is a SELECT of `event` (the
   * JSON of what makeEvent made, as text) and `place`, their order. They become one row, read as JSON once: a fifth of what a row an event costs the database.
   */
  insertBundleSql(kind: { readonly stream: StreamName; readonly subject: string }, rows: string): string {
    return `insert into outbox (id, stream, type, event)
    select gen_random_uuid(), '${kind.stream}', '${kind.subject}', ('[' || string_agg(event, ',' order by place) || ']')::jsonb from (${rows}) as bundled having count(*) > 0`;
  },

  /** Locks the oldest unpublished rows that no other relay holds. */
  async takeUnpublished(sql: SqlExecutor, limit: number): Promise<readonly OutboxRow[]> {
    const rows = (await sql.query('select seq, id, stream, event from outbox where published_at is null order by seq limit $1 for update skip locked', [limit])) as (Omit<OutboxRow, 'events'> & {
      readonly event: CloudEvent | readonly CloudEvent[];
    })[];
    return rows.map(({ event, ...row }) => ({ ...row, events: Array.isArray(event) ? (event as readonly CloudEvent[]) : [event as CloudEvent] }));
  },

  async markPublished(sql: SqlExecutor, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await sql.query('update outbox set published_at = now() where id = any($1::uuid[])', [ids]);
  },

  /**
   * Notes the identities of the streams. Where one differs from what was noted, the broker lost that stream: every row of it
   * that is still kept is to be published again (consumers drop what they know by the inbox). Answers the streams lost.
   */
  async noteStreams(sql: SqlExecutor, created: ReadonlyMap<StreamName, string>): Promise<readonly StreamName[]> {
    // One backend notes at a time; another waits and then finds it noted.
    await sql.query('lock table broker_streams in share row exclusive mode');
    const known = new Map((await rowsOf<{ stream: StreamName; created: string }>(sql, 'select stream, created from broker_streams')).map((row) => [row.stream, row.created]));
    const lost: StreamName[] = [];
    for (const [stream, identity] of created) {
      if (known.get(stream) === identity) continue;
      if (known.has(stream)) lost.push(stream);
      await sql.query('insert into broker_streams (stream, created) values ($1, $2) on conflict (stream) do update set created = excluded.created', [stream, identity]);
    }
    if (lost.length > 0) await sql.query('update outbox set published_at = null where stream = any($1::text[]) and published_at is not null', [lost]);
    return lost;
  },

  /** One event by its id, null when it was never written or is forgotten. Not for those of bundles, which have no row of their own. */
  async find(sql: SqlExecutor, id: string): Promise<CloudEvent | null> {
    const rows = (await sql.query('select event from outbox where id = $1', [id])) as { event: CloudEvent | readonly CloudEvent[] }[];
    const event = rows[0]?.event;
    return event === undefined || Array.isArray(event) ? null : (event as CloudEvent);
  },

  /** How far the broker is behind. `oldestSeconds`: 0 without a row. */
  async lag(sql: SqlExecutor): Promise<{ readonly unpublished: number; readonly oldestSeconds: number }> {
    const rows = await rowsOf<{ count: string; age: number | null }>(sql, 'select count(*) as count, extract(epoch from clock_timestamp() - min(created_at))::float8 as age from outbox where published_at is null');
    return { unpublished: Number(rows[0]?.count ?? 0), oldestSeconds: Math.max(0, rows[0]?.age ?? 0) };
  },

  async countUnpublished(sql: SqlExecutor): Promise<number> {
    const rows = await rowsOf<{ count: string }>(sql, 'select count(*) as count from outbox where published_at is null');
    return Number(rows[0]?.count ?? 0);
  },
};

async function rowsOf<T>(sql: SqlExecutor, text: string): Promise<T[]> {
  return (await sql.query(text)) as T[];
}
