import type { SqlExecutor } from '../sql-executor.js';

/**
 * Remembers per consumer which events took effect. `claim` and the effect share one transaction: both or neither.
 * Answers false when the event took effect before; the caller then does nothing.
 */
export async function claimEvent(sql: SqlExecutor, consumer: string, eventId: string): Promise<boolean> {
  const rows = await sql.query(
    'with claimed as (insert into inbox (consumer, event_id) values ($1, $2) on conflict do nothing returning 1) select count(*)::int as claimed from claimed',
    [consumer, eventId],
  );
  return (rows as { claimed: number }[])[0]?.claimed === 1;
}
