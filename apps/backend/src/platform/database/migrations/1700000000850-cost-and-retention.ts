import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the store was asked and what it holds, and clean-ups by the clock. */
export class CostAndRetention1700000000850 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table clean_ups (
        name text primary key,
        -- Of the replica that runs it.
        lease uuid,
        leased_until timestamptz,
        started_at timestamptz,
        finished_at timestamptz,
        next_at timestamptz,
        -- Of the last run that ended.
        outcome text check (outcome in ('done','failed','held')),
        removed bigint not null default 0,
        removed_bytes bigint not null default 0,
        failure text
      );
      -- A process writes its totals of the day again and again: a repeat changes nothing. Rows of days gone by are put together under the nil id.
      create table store_operations (
        day date not null,
        process uuid not null,
        -- Empty: of none, or of several.
        dataset_id text not null default '',
        operation text not null,
        -- sent: by a process of ours; refused: the same, answered 401 or 403; minted: a URL that somebody may use; proven: a request by such a URL that must have been made.
        kind text not null check (kind in ('sent','refused','minted','proven')),
        count bigint not null,
        primary key (day, process, dataset_id, operation, kind)
      );
      create index store_operations_dataset on store_operations (dataset_id, day);
      create table store_inventory (
        dataset_id text not null,
        kind text not null,
        objects bigint not null,
        bytes bigint not null,
        measured_at timestamptz not null,
        primary key (dataset_id, kind)
      );
      -- Never written: messages that no consumer can use are kept by the broker, in a stream of their own.
      drop table dead_letters`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table dead_letters (
        id uuid primary key,
        app text not null,
        letter jsonb not null,
        received_at timestamptz not null default now()
      );
      drop table store_inventory, store_operations, clean_ups`);
  }
}
