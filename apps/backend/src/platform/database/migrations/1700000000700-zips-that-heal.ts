import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is needed to find a damaged zip, and to make it again. */
export class ZipsThatHeal1700000000700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table snapshots
        -- As the store said it when the zip was written; null for zips from before.
        add column zip_etag text,
        -- Somebody found it damaged: it is read whole before it is given out or copied from again. Null when it was found sound or made again.
        add column zip_suspected_at timestamptz,
        -- When it was read whole, or made again, because of that.
        add column zip_checked_at timestamptz;
      create index snapshots_suspected on snapshots (zip_suspected_at) where zip_suspected_at is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index snapshots_suspected; alter table snapshots drop column zip_checked_at, drop column zip_suspected_at, drop column zip_etag');
  }
}
