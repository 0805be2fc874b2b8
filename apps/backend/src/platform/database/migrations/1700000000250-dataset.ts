import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Datasets, their classes and images, and uploads in progress. */
export class Dataset1700000000250 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table datasets (
        id text primary key,
        name text not null,
        task_type text not null,
        multi_label boolean not null,
        visibility text not null check (visibility in ('private','public')),
        status text not null check (status in ('ready')),
        upload jsonb,
        num_images integer not null,
        num_classes integer not null,
        num_labeled integer not null,
        splits jsonb not null,
        split_config jsonb,
        content_hash text not null,
        created_by uuid not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        deleted_at timestamptz,
        deleted_by uuid,
        revision integer not null
      );
      create index datasets_created on datasets (created_at desc, id desc) where deleted_at is null;
      create index datasets_name on datasets (lower(name), id) where deleted_at is null;
      create table dataset_classes (
        dataset_id text not null references datasets (id) on delete cascade,
        class_id integer not null check (class_id >= 0),
        name text not null,
        color text not null,
        position integer not null,
        details jsonb not null default '{}',
        image_count integer not null default 0,
        primary key (dataset_id, class_id)
      );
      create table dataset_images (
        dataset_id text not null references datasets (id) on delete cascade,
        number integer not null check (number > 0),
        file_name text not null,
        width integer not null,
        height integer not null,
        depth integer not null,
        format text not null,
        split text check (split in ('train','val','test')),
        status text not null check (status in ('unlabeled','labeled','reviewed')),
        class_ids integer[] not null default '{}',
        object_count integer not null default 0,
        size_bytes bigint not null,
        crc32 bigint not null,
        sha256 bytea not null,
        primary key (dataset_id, number)
      );
      create table dataset_findings (
        dataset_id text not null references datasets (id) on delete cascade,
        position integer not null,
        code text not null,
        message text not null,
        pointer text,
        entry text,
        hint text,
        primary key (dataset_id, position)
      );
      create table dataset_uploads (
        id uuid primary key,
        user_id uuid not null,
        state text not null check (state in ('receiving','validating','registering','completed','refused')),
        received_bytes bigint not null default 0,
        total_bytes bigint,
        checked_entries integer not null default 0,
        total_entries integer,
        dataset_id text,
        code text,
        findings jsonb,
        started_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create index dataset_uploads_live on dataset_uploads (updated_at) where state in ('receiving','validating','registering');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dataset_uploads, dataset_findings, dataset_images, dataset_classes, datasets');
  }
}
