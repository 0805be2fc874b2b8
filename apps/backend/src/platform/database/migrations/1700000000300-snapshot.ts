import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions of datasets, and the training jobs that wait for one. */
export class Snapshot1700000000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table snapshots (
        id uuid primary key,
        dataset_id text not null,
        version integer not null check (version > 0),
        content_hash text not null,
        state text not null check (state in ('building','ready','failed')),
        requested_by uuid not null,
        note text,
        key text,
        size_bytes bigint,
        sha256 text,
        num_images integer not null,
        num_labeled integer not null,
        failure jsonb,
        created_at timestamptz not null,
        completed_at timestamptz,
        unique (dataset_id, version)
      );
      -- One content is one version, whoever asks at the same moment; a failed build may be tried again.
      create unique index snapshots_content on snapshots (dataset_id, content_hash) where state <> 'failed';
      create table snapshot_waiters (
        snapshot_id uuid not null references snapshots (id) on delete cascade,
        job_id uuid not null,
        primary key (snapshot_id, job_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table snapshot_waiters, snapshots');
  }
}
