import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a zip that others may begin like was last looked at for damage. */
export class LooksAtZips1700000000790 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table snapshots add column zip_looked_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table snapshots drop column zip_looked_at');
  }
}
