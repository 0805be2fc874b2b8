import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a version was deleted: replaced images that only it had are removed some time after. */
export class EndsOfVersions1700000000750 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table snapshots add column deleted_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table snapshots drop column deleted_at');
  }
}
