import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Single images and live labels: the change sequence of a dataset, label documents, their history, and the work that images need (docs/adr/0009). */
export class ImagesAndAnnotations1700000000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DATASETS);
    await runner.query(IMAGES);
    await runner.query(CHANGES);
    await runner.query(WORK);
    await runner.query(DIRECT_UPLOADS);
    // A dataset that is removed for good takes its versions along.
    await runner.query('alter table snapshots add constraint snapshots_dataset foreign key (dataset_id) references datasets (id) on delete cascade');
    // Datasets from before have labels and images in their zip only: they are read like those of a new upload.
    await runner.query(`
      insert into dataset_imports (id, dataset_id, kind, state, requested_by, total)
      select gen_random_uuid(), id, kind, 'waiting', created_by, num_images from datasets, (values ('load-labels'), ('unpack-zip')) as kinds (kind) where upload is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table snapshots drop constraint snapshots_dataset;
      drop table dataset_direct_uploads;
      delete from dataset_uploads where state in ('open','checking');
      delete from datasets where status = 'validating';
      alter table datasets drop constraint datasets_status_check, add constraint datasets_status_check check (status in ('ready'));
      alter table dataset_uploads drop constraint dataset_uploads_state_check, add constraint dataset_uploads_state_check check (state in ('receiving','validating','registering','completed','refused'));
      drop index dataset_uploads_open`);
    await runner.query(`
      drop table image_processing, image_uploads, dataset_imports, dataset_changes, dataset_image_classes;
      drop index dataset_images_status, dataset_images_split, dataset_images_split_status, dataset_images_assignee, dataset_images_broken, dataset_images_sha256, dataset_images_folded, dataset_images_name, dataset_images_live;
      alter table dataset_images drop column original_name, drop column object_key, drop column state, drop column orientation, drop column thumbnail_at, drop column revision, drop column objects,
        drop column no_object, drop column next_object_number, drop column labels_digest, drop column labeled_by, drop column labeled_at, drop column reviewed_by, drop column reviewed_at,
        drop column assignee, drop column added_seq, drop column removed_seq, drop column added_at, drop column added_by;
      alter table datasets drop column change_seq, drop column changed_at, drop column classes_revision, drop column next_image_number, drop column image_bytes, drop column next_class_id, drop column labels_loaded,
        drop column content_hash_seq, drop column content_totals, drop column view_seq, drop column view_written_at, drop column view_claimed_until, drop column purge_started_at;`);
  }
}

const DATASETS = `
  alter table datasets
    -- Position in the dataset's sequence of changes; moved under the row's lock, so that positions are committed in order.
    add column change_seq bigint not null default 0,
    add column changed_at timestamptz,
    add column classes_revision integer not null default 1,
    add column next_image_number integer not null default 1,
    -- Of the images that belong to it now.
    add column image_bytes bigint not null default 0,
    -- A class id is never given twice.
    add column next_class_id integer not null default 0,
    -- False while the labels of an uploaded zip are still being read into rows.
    add column labels_loaded boolean not null default true,
    -- The position at which content_hash was computed; below 0: it is outdated at any.
    add column content_hash_seq bigint not null default 0,
    -- Statistics of the label file at that position; null: not counted yet.
    add column content_totals jsonb,
    -- The position that annotations.json in the bucket shows; below 0: it was never written, or is outdated at any.
    add column view_seq bigint not null default -1,
    add column view_written_at timestamptz,
    add column view_claimed_until timestamptz,
    -- From then on it cannot be taken back: its objects and rows are being removed.
    add column purge_started_at timestamptz;
  update datasets d set
    labels_loaded = upload is null,
    image_bytes = coalesce((select sum(size_bytes) from dataset_images i where i.dataset_id = d.id), 0),
    next_image_number = 1 + coalesce((select max(number) from dataset_images i where i.dataset_id = d.id), 0),
    next_class_id = 1 + coalesce((select max(class_id) from dataset_classes c where c.dataset_id = d.id), -1);
  create index datasets_view_due on datasets (changed_at) where view_seq < change_seq and labels_loaded and deleted_at is null;
`;

const IMAGES = `
  alter table dataset_images
    add column original_name text,
    -- Null until the image lies in the bucket on its own; before, it is an entry of the uploaded zip.
    add column object_key text,
    add column state text not null default 'ready' check (state in ('ready','broken')),
    add column orientation smallint not null default 1,
    -- When thumbnail and preview were made; null: not yet.
    add column thumbnail_at timestamptz,
    -- From here: labels, written by the Annotation module.
    add column revision integer not null default 1,
    add column objects jsonb not null default '[]',
    add column no_object boolean not null default false,
    add column next_object_number integer not null default 1,
    -- labelsDigest of libs/dice-format; null: that of no labels.
    add column labels_digest bytea,
    add column labeled_by uuid,
    add column labeled_at timestamptz,
    add column reviewed_by uuid,
    add column reviewed_at timestamptz,
    add column assignee uuid,
    -- From when to when the image belongs to the dataset, as positions of its sequence.
    add column added_seq bigint not null default 0,
    add column removed_seq bigint,
    add column added_at timestamptz not null default now(),
    add column added_by uuid,
    -- Known when the image was read whole.
    alter column crc32 drop not null;
  -- Room on the page for the next revision of a row.
  alter table dataset_images set (fillfactor = 80);
  create index dataset_images_status on dataset_images (dataset_id, status, number) where removed_seq is null;
  create index dataset_images_split on dataset_images (dataset_id, split, number) where removed_seq is null;
  create index dataset_images_split_status on dataset_images (dataset_id, split, status, number) where removed_seq is null;
  create index dataset_images_assignee on dataset_images (dataset_id, assignee, number) where removed_seq is null and assignee is not null;
  create index dataset_images_broken on dataset_images (dataset_id, number) where removed_seq is null and state = 'broken';
  create index dataset_images_sha256 on dataset_images (sha256, dataset_id) where removed_seq is null;
  -- Also the order of the content hash.
  create unique index dataset_images_name on dataset_images (dataset_id, file_name collate "C") where removed_seq is null;
  -- Names that differ in case only are one file on some systems: a zip with both is refused.
  create index dataset_images_folded on dataset_images (lower(file_name), dataset_id) where removed_seq is null;
  -- The last one: Postgres takes the newest of indexes that seem equal, and to stale statistics (after a large intake) all that begin with dataset_id do.
  create index dataset_images_live on dataset_images (dataset_id, number) where removed_seq is null;
  -- Statistics soon after a large intake.
  alter table dataset_images set (autovacuum_analyze_scale_factor = 0.02);
  -- Which images show a class: for the filter by class.
  create table dataset_image_classes (
    dataset_id text not null references datasets (id) on delete cascade,
    class_id integer not null,
    number integer not null,
    primary key (dataset_id, class_id, number)
  );
  create index dataset_image_classes_image on dataset_image_classes (dataset_id, number);
  insert into dataset_image_classes (dataset_id, class_id, number) select dataset_id, unnest(class_ids), number from dataset_images;
`;

const CHANGES = `
  create table dataset_changes (
    dataset_id text not null references datasets (id) on delete cascade,
    seq bigint not null,
    at timestamptz not null default clock_timestamp(),
    actor uuid not null,
    kind text not null check (kind in ('image-added','image-removed','image-restored','image-replaced','annotated','split','classes','imported')),
    -- The image; null for what concerns the dataset.
    number integer,
    -- The revision of the image's labels that this made; null where it made none.
    revision integer,
    -- Before and after.
    body jsonb not null,
    idempotency_key text,
    request_hash bytea,
    primary key (dataset_id, seq)
  );
  create index dataset_changes_image on dataset_changes (dataset_id, number, seq) where number is not null;
  -- Which objects an image had before: versions may still need them.
  create index dataset_changes_replaced on dataset_changes (dataset_id, seq) where kind = 'image-replaced';
  create unique index dataset_changes_repeat on dataset_changes (dataset_id, number, actor, idempotency_key) where idempotency_key is not null;
`;

/** Zips that are put straight into the bucket, in parts. */
const DIRECT_UPLOADS = `
  alter table datasets drop constraint datasets_status_check, add constraint datasets_status_check check (status in ('ready','validating'));
  alter table dataset_uploads drop constraint dataset_uploads_state_check,
    -- open: its parts are put by the client. checking: the dataset is there, and a worker reads the zip.
    add constraint dataset_uploads_state_check check (state in ('open','receiving','validating','registering','checking','completed','refused'));
  create table dataset_direct_uploads (
    id uuid primary key references dataset_uploads (id) on delete cascade,
    -- The store's id of the multipart upload.
    multipart_id text not null,
    size_bytes bigint not null,
    part_bytes bigint not null,
    file_name text,
    name text,
    visibility text not null check (visibility in ('private','public'))
  );
  create index dataset_uploads_open on dataset_uploads (started_at) where state = 'open';
`;

const WORK = `
  create table dataset_imports (
    id uuid primary key,
    dataset_id text not null references datasets (id) on delete cascade,
    kind text not null check (kind in ('load-labels','unpack-zip','register-prefix','validate-zip')),
    state text not null check (state in ('waiting','running','completed','failed')),
    done integer not null default 0,
    total integer,
    refused integer not null default 0,
    -- What to read (a prefix) and what went wrong.
    detail jsonb not null default '{}',
    requested_by uuid not null,
    attempts integer not null default 0,
    leased_until timestamptz,
    -- When the latest attempt began, and with how many done: for the rate.
    started_at timestamptz,
    started_done integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    finished_at timestamptz
  );
  create index dataset_imports_dataset on dataset_imports (dataset_id, created_at desc);
  create index dataset_imports_open on dataset_imports (created_at) where state in ('waiting','running');
  -- Images put straight into the bucket: what was announced, until it is completed.
  create table image_uploads (
    id uuid primary key,
    dataset_id text not null references datasets (id) on delete cascade,
    user_id uuid not null,
    file_name text not null,
    content_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    on_conflict text not null check (on_conflict in ('keep_both','skip','replace')),
    split text check (split in ('train','val','test')),
    -- The answer of complete, so that a repeat gets the same.
    outcome jsonb,
    created_at timestamptz not null default now()
  );
  create index image_uploads_open on image_uploads (created_at);
  create index image_uploads_resume on image_uploads (dataset_id, user_id, id) where outcome is null;
  -- Images whose thumbnail and preview are to be made. A row goes when they are.
  create table image_processing (
    dataset_id text not null,
    number integer not null,
    attempts integer not null default 0,
    -- How often the process that decodes has died over it.
    strikes smallint not null default 0,
    leased_until timestamptz,
    queued_at timestamptz not null default now(),
    primary key (dataset_id, number),
    foreign key (dataset_id, number) references dataset_images (dataset_id, number) on delete cascade
  );
  create index image_processing_order on image_processing (queued_at, dataset_id, number);
`;
