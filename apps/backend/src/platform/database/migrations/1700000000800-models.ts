import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Models in a registry, jobs that use one, and what models propose for images. */
export class Models1700000000800 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table training_jobs
        add column kind text not null default 'training' check (kind in ('training','evaluation','prelabel')),
        -- Which model a job uses, and on what.
        add column inference jsonb,
        -- The model whose weights a training begins with.
        add column init_from jsonb,
        -- Of the worker that began the job.
        add column code_version text;
      create index training_jobs_kind on training_jobs (kind, created_at desc, id desc);
      create table models (
        id uuid primary key,
        dataset_id text not null references datasets (id) on delete cascade,
        name text not null,
        source text not null check (source in ('training','upload')),
        task_type text not null,
        stage text not null default 'candidate' check (stage in ('candidate','production','archived')),
        notes text not null default '',
        -- The training, and what it was of; null where the model was uploaded.
        job_id uuid unique,
        snapshot_version integer,
        snapshot_hash text,
        architecture text,
        hyperparameters jsonb,
        code_version text,
        init_from uuid,
        best_epoch integer,
        metrics jsonb,
        -- How it is used; null: its file does not say it.
        adapter jsonb,
        object jsonb not null,
        created_by uuid not null,
        created_at timestamptz not null default date_trunc('milliseconds', now()),
        updated_at timestamptz not null default now()
      );
      create index models_newest on models (dataset_id, created_at desc, id desc);
      create unique index models_production on models (dataset_id) where stage = 'production';
      -- Announced, until it is completed.
      create table model_uploads (
        id uuid primary key,
        dataset_id text not null references datasets (id) on delete cascade,
        name text not null,
        notes text not null,
        adapter jsonb not null,
        object jsonb not null,
        created_by uuid not null,
        created_at timestamptz not null default date_trunc('milliseconds', now())
      );
      create index model_uploads_open on model_uploads (created_at);
    `);
    await runner.query(RUNS);
    await runner.query(EARLIER_MODELS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table image_proposals, suggestions, model_runs, model_uploads, models;
      drop index training_jobs_kind;
      delete from training_jobs where kind <> 'training';
      alter table training_jobs drop column kind, drop column inference, drop column init_from, drop column code_version`);
  }
}

/** Trainings that ended before there was a registry have models, too; what their files say is read when they are looked at. */
const EARLIER_MODELS = `
  insert into models (id, dataset_id, name, source, task_type, job_id, snapshot_version, snapshot_hash, architecture, hyperparameters, best_epoch, metrics, object, created_by, created_at)
  select gen_random_uuid(), j.dataset_id, j.model || ' #' || row_number() over (partition by j.dataset_id order by j.finished_at, j.id), 'training', d.task_type, j.id, j.snapshot_version, s.content_hash, j.model, j.hyperparameters,
    j.best_epoch, m.metrics, j.final_model, j.requested_by, date_trunc('milliseconds', j.finished_at)
  from training_jobs j join datasets d on d.id = j.dataset_id left join snapshots s on s.dataset_id = j.dataset_id and s.version = j.snapshot_version left join training_metrics m on m.job_id = j.id and m.epoch = j.best_epoch
  where j.state = 'completed' and j.final_model is not null;
`;

const RUNS = `
  create table model_runs (
    -- Of its job, too.
    id uuid primary key,
    kind text not null check (kind in ('evaluation','prelabel')),
    dataset_id text not null references datasets (id) on delete cascade,
    model_id uuid not null references models (id) on delete cascade,
    -- What an evaluation is of.
    snapshot_version integer,
    side text,
    -- What a pre-labeling is of.
    filter jsonb,
    min_score double precision not null,
    -- listing: the images are being named; working: the job has them; storing: its suggestions are being written; accepting, undoing: asked for by somebody.
    stage text not null check (stage in ('listing','working','storing','done','accepting','undoing','undone','failed')),
    images integer,
    -- Images that were looked at in the stage.
    progress integer not null default 0,
    failed_images integer not null default 0,
    suggestions integer not null default 0,
    dropped integer not null default 0,
    accepted integer not null default 0,
    predictions jsonb,
    metrics jsonb,
    -- Who asked for the stage, and how.
    request jsonb,
    failure jsonb,
    created_by uuid not null,
    created_at timestamptz not null default date_trunc('milliseconds', now()),
    finished_at timestamptz,
    leased_until timestamptz,
    attempts integer not null default 0
  );
  create index model_runs_newest on model_runs (dataset_id, created_at desc, id desc);
  create index model_runs_due on model_runs (created_at) where stage in ('listing','storing','accepting','undoing');
  create table suggestions (
    -- Also the id of the object that it becomes.
    id uuid primary key,
    dataset_id text not null,
    number integer not null,
    run_id uuid not null references model_runs (id) on delete cascade,
    model_id uuid not null,
    class_id integer not null,
    score real not null,
    -- The body of a label object.
    body jsonb not null,
    state text not null default 'open' check (state in ('open','accepted','rejected')),
    foreign key (dataset_id, number) references dataset_images (dataset_id, number) on delete cascade
  );
  create index suggestions_image on suggestions (dataset_id, number);
  create index suggestions_run on suggestions (run_id, number);
  -- One row an image that a model looked at: the newest look counts.
  create table image_proposals (
    dataset_id text not null,
    number integer not null,
    run_id uuid not null references model_runs (id) on delete cascade,
    uncertainty real not null,
    -- Suggestions that nobody accepted or rejected.
    open integer not null default 0,
    primary key (dataset_id, number),
    foreign key (dataset_id, number) references dataset_images (dataset_id, number) on delete cascade
  );
  create index image_proposals_hardest on image_proposals (dataset_id, uncertainty desc, number);
  create index image_proposals_open on image_proposals (dataset_id, number) where open > 0;
  create index image_proposals_run on image_proposals (run_id, number);
`;
