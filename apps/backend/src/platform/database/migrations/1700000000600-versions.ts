import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A version is a position in its dataset's sequence of changes; its zip is made when it is needed, and may be dropped (docs/adr/0011). */
export class Versions1700000000600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table snapshots
        -- Null until it is counted, some moments after the version was made.
        alter column content_hash drop not null,
        drop constraint snapshots_state_check,
        add constraint snapshots_state_check check (state in ('building','ready','failed','deleted')),
        -- Versions from before were made of datasets as they were uploaded: their position is the first.
        add column position bigint not null default 0,
        -- What the label file says of the dataset itself; null for versions from before.
        add column head jsonb,
        add column parent integer,
        add column tag text,
        add column totals jsonb,
        add column zip_state text not null default 'none' check (zip_state in ('none','building','ready','failed')),
        add column zip_done bigint,
        add column zip_total bigint,
        add column zip_started_at timestamptz,
        -- Which build makes the zip now, and until when it need not be heard of.
        add column zip_builder uuid,
        add column zip_leased_until timestamptz,
        -- When somebody needed the zip last: it is dropped some time after.
        add column zip_used_at timestamptz,
        -- Bytes that passed through the backend to make the zip, and bytes that were copied inside the store.
        add column bytes_moved bigint,
        add column bytes_copied bigint,
        -- Of the zip: what stands before the masks and label files, for the versions that begin alike. region_sha256 is a state to go on from.
        add column region jsonb,
        add column region_sha256 bytea,
        -- A dropped zip's part behind the images: {key, size_bytes}.
        add column tail jsonb;
      update snapshots set zip_state = case when state = 'ready' then 'ready' when state = 'building' then 'building' else 'none' end, zip_used_at = completed_at, parent = nullif(version - 1, 0);
      drop index snapshots_content;
      create unique index snapshots_content on snapshots (dataset_id, content_hash) where state not in ('failed','deleted');
      create index snapshots_position on snapshots (dataset_id, position desc) where state not in ('failed','deleted');
      create unique index snapshots_tag on snapshots (dataset_id, tag) where tag is not null and state not in ('failed','deleted');
      create index snapshots_zips on snapshots (zip_used_at) where zip_state = 'ready';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from snapshots where state = 'deleted' or content_hash is null or (state = 'ready' and zip_state <> 'ready');
      drop index snapshots_zips, snapshots_tag, snapshots_position, snapshots_content;
      alter table snapshots drop constraint snapshots_state_check, add constraint snapshots_state_check check (state in ('building','ready','failed')), alter column content_hash set not null,
        drop column position, drop column head, drop column parent, drop column tag, drop column totals, drop column zip_state, drop column zip_done, drop column zip_total, drop column zip_started_at, drop column zip_builder, drop column zip_leased_until,
        drop column zip_used_at, drop column bytes_moved, drop column bytes_copied, drop column region, drop column region_sha256, drop column tail;
      create unique index snapshots_content on snapshots (dataset_id, content_hash) where state <> 'failed'`);
  }
}
