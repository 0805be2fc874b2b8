import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Training jobs, what workers report of them, and the events that pages follow. */
export class Training1700000000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table training_jobs (
        id uuid primary key,
        dataset_id text not null,
        dataset_name text not null,
        requested_by uuid not null,
        model text not null,
        hyperparameters jsonb not null,
        requested_version integer,
        retry_of uuid references training_jobs (id),
        warnings jsonb not null default '[]',
        state text not null check (state in ('requested','preparing','queued','verifying','running','cancelling','completed','failed','cancelled')),
        snapshot_id uuid,
        snapshot_version integer,
        attempt_number integer not null default 0,
        worker_id text,
        claim_id uuid,
        fencing_token uuid,
        seen_sequence integer not null default 0,
        heard_at timestamptz,
        resume_from jsonb,
        epoch integer not null default 0,
        epochs integer not null,
        phase text,
        progress double precision not null default 0,
        images_per_second double precision,
        seconds_left double precision,
        best_epoch integer,
        final_model jsonb,
        failure jsonb,
        created_at timestamptz not null,
        started_at timestamptz,
        finished_at timestamptz,
        revision integer not null
      );
      create index training_jobs_newest on training_jobs (created_at desc, id desc);
      create index training_jobs_dataset on training_jobs (dataset_id, created_at desc, id desc);
      create index training_jobs_held on training_jobs (heard_at) where state in ('verifying','running','cancelling');
      create index training_jobs_active_of on training_jobs (requested_by) where state not in ('completed','failed','cancelled');
      create table training_metrics (
        job_id uuid not null references training_jobs (id) on delete cascade,
        epoch integer not null,
        attempt integer not null,
        metrics jsonb not null,
        recorded_at timestamptz not null default now(),
        primary key (job_id, epoch)
      );
      create table training_checkpoints (
        job_id uuid not null references training_jobs (id) on delete cascade,
        key text not null,
        epoch integer not null,
        kind text not null check (kind in ('state','model')),
        size_bytes bigint not null,
        sha256 text not null,
        attempt integer not null,
        created_at timestamptz not null default now(),
        primary key (job_id, key)
      );
      create table training_minted_uploads (
        job_id uuid not null references training_jobs (id) on delete cascade,
        key text not null,
        kind text not null,
        size_bytes bigint not null,
        sha256 text not null,
        minted_at timestamptz not null default now(),
        primary key (job_id, key)
      );
      create table training_logs (
        seq bigint generated always as identity primary key,
        job_id uuid not null references training_jobs (id) on delete cascade,
        at timestamptz not null default now(),
        line text not null
      );
      create index training_logs_job on training_logs (job_id, seq);
      create table training_job_events (
        id bigint generated always as identity primary key,
        job_id uuid not null references training_jobs (id) on delete cascade,
        kind text not null,
        data jsonb not null,
        at timestamptz not null default now()
      );
      create index training_job_events_job on training_job_events (job_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table training_job_events, training_logs, training_minted_uploads, training_checkpoints, training_metrics, training_jobs');
  }
}
