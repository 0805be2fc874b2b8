import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A job is handed to a worker by whoever looks at the queue: what the job belongs to must lie with it. */
export class OriginsOfJobs1700000000830 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table training_jobs add column correlation_id text;
      alter table training_jobs add column traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table training_jobs drop column traceparent;
      alter table training_jobs drop column correlation_id`);
  }
}
