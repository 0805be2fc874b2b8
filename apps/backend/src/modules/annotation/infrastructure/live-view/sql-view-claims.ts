import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { SqlStatements } from '../sql-statements.js';
import { ViewClaims, type ViewClaim } from '../../application/ports/view-claims.port.js';
import { DATASET_TABLE } from '../../../dataset/index.js';

/** Somebody who died is followed after so long. */
const LEASE_SECONDS = 45;
/** Without a change for so long, an editor has paused; with the look a second and the writing the view is there within five. */
const QUIET_SECONDS = 2.5;
/** While people edit all the time. */
const STEADY_SECONDS = 20;
/** The store takes one write a second to a key. */
const BETWEEN_SECONDS = 1;

const DUE = `view_seq < change_seq and labels_loaded and deleted_at is null and (view_claimed_until is null or view_claimed_until < clock_timestamp())
  and (coalesce(changed_at, created_at) < clock_timestamp() - make_interval(secs => ${QUIET_SECONDS}) or coalesce(view_written_at, created_at) < clock_timestamp() - make_interval(secs => ${STEADY_SECONDS}))`;

/**
 * The candidate is looked up without a lock and taken by an update that waits for the row: with skip locked, a dataset that is edited all the time, whose row
 * is nearly always locked, would never be taken. Of two that take it, the second finds it claimed.
 */
const CLAIM = `
  with claimed as (
    update ${DATASET_TABLE} set view_claimed_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = (select id from ${DATASET_TABLE} where ${DUE} order by changed_at nulls first limit 1) and ${DUE}
    returning id, view_seq, view_claimed_until)
  select id, view_seq::float8 as view_seq, view_claimed_until::text as token from claimed`;
const RENEW = `
  with renewed as (update ${DATASET_TABLE} set view_claimed_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) where id = $1 and view_claimed_until = $2::timestamptz returning view_claimed_until)
  select view_claimed_until::text as token from renewed`;
/** Somebody who moved view_seq since, or took over, knows that what was written is not what it should be. */
const FINISH = `
  with finished as (
    update ${DATASET_TABLE} set view_written_at = clock_timestamp(),
      view_seq = case when view_claimed_until = $2::timestamptz and view_seq = $4 then $3 else least(view_seq, 0) - 1 end,
      view_claimed_until = case when view_claimed_until = $2::timestamptz then clock_timestamp() + make_interval(secs => ${BETWEEN_SECONDS}) else view_claimed_until end
    where id = $1 returning 1)
  select * from finished`;
const RELEASE = `
  with released as (update ${DATASET_TABLE} set view_claimed_until = clock_timestamp() + make_interval(secs => $3) where id = $1 and view_claimed_until = $2::timestamptz returning 1)
  select * from released`;

@Injectable()
export class SqlViewClaims extends ViewClaims {
  constructor(private readonly sql: SqlStatements) {
    super();
  }

  async claim(): Promise<ViewClaim | null> {
    const [row] = await this.run<{ id: string; view_seq: number; token: string }>('view-claim', CLAIM, []);
    return row === undefined ? null : { datasetId: row.id, viewSeq: row.view_seq, token: row.token };
  }

  async renew(claim: ViewClaim): Promise<ViewClaim | null> {
    const [row] = await this.run<{ token: string }>('view-renew', RENEW, [claim.datasetId, claim.token]);
    return row === undefined ? null : { ...claim, token: row.token };
  }

  async finish(claim: ViewClaim, seq: number): Promise<void> {
    await this.run('view-finish', FINISH, [claim.datasetId, claim.token, seq, claim.viewSeq]);
  }

  async release(claim: ViewClaim, afterSeconds: number): Promise<void> {
    await this.run('view-release', RELEASE, [claim.datasetId, claim.token, afterSeconds]);
  }

  private run<T extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<T[]> {
    return this.sql.run<T>({ name, text }, values);
  }
}
