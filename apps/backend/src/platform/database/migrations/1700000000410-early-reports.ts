import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reports of a live attempt that came before their forerunners. */
export class EarlyReports1700000000410 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table training_early_reports (
        job_id uuid not null references training_jobs (id) on delete cascade,
        attempt integer not null,
        sequence integer not null,
        report jsonb not null,
        received_at timestamptz not null default now(),
        primary key (job_id, attempt, sequence)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table training_early_reports');
  }
}
