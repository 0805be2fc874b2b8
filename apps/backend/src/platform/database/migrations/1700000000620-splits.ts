import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Split rules of datasets and jobs. */
export class Splits1700000000620 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Of the rule and of the sides that were set by hand; for If-Match.
      alter table datasets add column splits_revision integer not null default 1;
      -- The group of an image by the pattern of its dataset's rule; null: of none. Kept so that a new image of a group finds the others.
      alter table dataset_images add column split_group text;
      create index dataset_images_split_group on dataset_images (dataset_id, split_group) where split_group is not null and removed_seq is null;
      alter table training_jobs
        -- The job's own rule; null: the dataset decides.
        add column split_rule jsonb,
        -- What became of it: who decided, by which rule, and how many images are on each side; null until a worker has read the version.
        add column split jsonb;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table training_jobs drop column split, drop column split_rule;
      drop index dataset_images_split_group;
      alter table dataset_images drop column split_group;
      alter table datasets drop column splits_revision;
    `);
  }
}
