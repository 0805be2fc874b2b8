import { DROP_MESSAGING_TABLES_SQL, MESSAGING_TABLES_SQL } from '@app/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outbox, inbox, identities of the broker's streams, dead letters. */
export class Messaging1700000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(MESSAGING_TABLES_SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DROP_MESSAGING_TABLES_SQL);
  }
}
