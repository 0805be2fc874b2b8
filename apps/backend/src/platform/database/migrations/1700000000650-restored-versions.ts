import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a dataset became a version again: no new version is made of it there. */
export class RestoredVersions1700000000650 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table snapshots add column restored_position bigint;
      create index snapshots_restored on snapshots (dataset_id, restored_position) where restored_position is not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index snapshots_restored; alter table snapshots drop column restored_position');
  }
}
