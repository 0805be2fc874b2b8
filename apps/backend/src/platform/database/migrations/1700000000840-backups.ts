import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backups hold deletions of objects off: what the rows named at their position stays in the bucket until it is saved (docs/adr/0022). */
export class Backups1700000000840 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table backup_holds (
        id uuid primary key,
        begun_at timestamptz not null default clock_timestamp(),
        -- A backup that dies holds nothing off for longer.
        held_until timestamptz not null
      );
      -- Objects whose deletion waits for the end of all holds.
      create table held_deletions (
        key text primary key,
        since timestamptz not null default clock_timestamp()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table held_deletions, backup_holds');
  }
}
