import { createTestDatabase, type TestDatabase } from '@app/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../config/backend-config.js';
import { runMigrations } from '../../migrate.main.js';
import { dataSourceOptions } from './database.module.js';
import { awaitMigrations, MigrationsMissing, missingMigrations } from './migration-gate.js';
import { MIGRATIONS } from './migrations/index.js';

let database: TestDatabase;
let source: DataSource;
const nothing = (): void => undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await new DataSource(dataSourceOptions({ url: database.url, poolSize: 2 })).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

describe('a backend that does not migrate', () => {
  it('names what an empty database lacks, and does not start on it', async () => {
    expect(await missingMigrations(source)).toEqual(MIGRATIONS.map(({ name }) => name));
    const given = awaitMigrations(source, { patienceMilliseconds: 0, lookEveryMilliseconds: 1 });
    await expect(given).rejects.toThrow(MigrationsMissing);
    await expect(given).rejects.toThrow(/Messaging1700000000100/);
  });

  it('waits for the command that another machine runs, which does the work once though two run it', async () => {
    const waiting = awaitMigrations(source, { patienceMilliseconds: 60_000, lookEveryMilliseconds: 20 });
    const lines: string[] = [];
    const environment = { DATABASE_URL: database.url };
    const codes = await Promise.all([runMigrations(environment, (text) => void lines.push(text)), runMigrations(environment, (text) => void lines.push(text))]);
    expect(codes).toEqual([0, 0]);
    expect(lines.filter((line) => line.startsWith('Run: '))).toEqual(MIGRATIONS.map(({ name }) => `Run: ${name}.`));
    await waiting;
  });

  it('goes on beside a newer release, whose migrations it does not know', async () => {
    await source.query("insert into migrations (timestamp, name) values (1800000000000, 'Later1800000000000')");
    await awaitMigrations(source, { patienceMilliseconds: 0, lookEveryMilliseconds: 1 });
  });

  it('is told by name what the command lacks', async () => {
    await expect(runMigrations({ DATABASE_URL: '' }, nothing)).rejects.toThrow(ConfigurationError);
    await expect(runMigrations({ DATABASE_URL: 'mysql://secret@x/y' }, nothing)).rejects.toThrow(/^DATABASE_URL: a URL that begins with postgres:/);
  });
});
