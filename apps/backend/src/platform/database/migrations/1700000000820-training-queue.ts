import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs wait for their turn, with a priority, for the workers of a pool; and the workers that were heard of. */
export class TrainingQueue1700000000820 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table training_jobs add column priority text not null default 'normal' check (priority in ('low','normal','high'));
      alter table training_jobs add column pool text not null default 'default';
      alter table training_jobs add column queued_at timestamptz;
      alter table training_jobs add column dispatched_at timestamptz;
      alter table training_jobs add column dispatched_lane text;
      alter table training_jobs add column last_turn_at timestamptz;
      -- Messages of jobs that an older version queued lie with the workers already.
      update training_jobs set queued_at = created_at, dispatched_at = now() where state = 'queued';
      create index training_jobs_turns on training_jobs (last_turn_at) where last_turn_at is not null;
      create index training_jobs_queued on training_jobs (requested_by, queued_at) where state = 'queued';
      create table training_workers (
        worker_id text primary key,
        pool text not null,
        lane text,
        engines text[] not null,
        models text[] not null,
        threads integer not null,
        memory_bytes bigint not null,
        version text not null,
        job_id uuid,
        first_seen_at timestamptz not null default clock_timestamp(),
        last_seen_at timestamptz not null default clock_timestamp()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table training_workers;
      drop index training_jobs_queued;
      drop index training_jobs_turns;
      alter table training_jobs drop column last_turn_at;
      alter table training_jobs drop column dispatched_lane;
      alter table training_jobs drop column dispatched_at;
      alter table training_jobs drop column queued_at;
      alter table training_jobs drop column pool;
      alter table training_jobs drop column priority`);
  }
}
