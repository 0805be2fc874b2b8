import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people rejected is remembered beyond the run and the model that proposed it; a job holds where its validation examples lie. */
export class RejectionsAndExamples1700000000880 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table rejected_suggestions (
        -- Of the suggestion.
        id uuid primary key,
        dataset_id text not null,
        number integer not null,
        -- The body of a label object, as it was proposed.
        body jsonb not null,
        -- SHA-256 of the image that was looked at: of other pixels a model may say the same again.
        pixels bytea not null,
        foreign key (dataset_id, number) references dataset_images (dataset_id, number) on delete cascade
      );
      create index rejected_suggestions_image on rejected_suggestions (dataset_id, number);
      insert into rejected_suggestions (id, dataset_id, number, body, pixels)
      select s.id, s.dataset_id, s.number, s.body, i.sha256 from suggestions s join dataset_images i on i.dataset_id = s.dataset_id and i.number = s.number where s.state = 'rejected';
      alter table model_runs add column rejected_before integer not null default 0;
      alter table training_jobs add column examples jsonb;
      -- They were found by their key before: that of the last attempt, or the plain one.
      update training_jobs j set examples = (
        select jsonb_build_object('key', u.key, 'sizeBytes', u.size_bytes, 'sha256', u.sha256) from training_minted_uploads u
        where u.job_id = j.id and u.kind = 'examples' order by u.minted_at desc limit 1)
      where j.state = 'completed'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table training_jobs drop column examples;
      alter table model_runs drop column rejected_before;
      drop table rejected_suggestions`);
  }
}
