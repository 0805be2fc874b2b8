import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import { awaitMigrations, MigrationsMissing } from './migration-gate.js';
import { MIGRATIONS } from './migrations/index.js';
import { TableStatistics } from './table-statistics.js';
import { TransactionContext } from './transaction-context.js';
import { TypeormUnitOfWork } from './typeorm-unit-of-work.js';
import { UnitOfWork } from './unit-of-work.js';

/** A statement that runs longer holds others up; reports and imports stay far below. */
const STATEMENT_TIMEOUT_MILLISECONDS = 30_000;
/** A request that finds the pool empty is told so instead of hanging. */
const POOL_WAIT_MILLISECONDS = 5_000;
/** One number for all replicas: who holds this lock runs the migrations. */
const MIGRATION_LOCK = 7_301_842;

export function dataSourceOptions(database: { url: string; poolSize: number }): DataSourceOptions {
  return {
    type: 'postgres',
    url: database.url,
    entities: [],
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    poolSize: database.poolSize,
    connectTimeoutMS: POOL_WAIT_MILLISECONDS,
    extra: { statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS, idle_in_transaction_session_timeout: 60_000, keepAlive: true },
  };
}

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [BackendConfig],
      useFactory: (config: BackendConfig) => ({
        ...dataSourceOptions(config.database),
        migrationsRun: config.migratesAtStart,
        retryAttempts: 20,
        retryDelay: 500,
        // Its patience is over already.
        toRetry: (error: unknown) => !(error instanceof MigrationsMissing),
      }),
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new Error('no data source options');
        // TypeORM itself would run them without the lock.
        return options.migrationsRun === true ? migrated({ ...options, migrationsRun: false }) : awaited(options);
      },
    }),
  ],
  providers: [TransactionContext, TableStatistics, { provide: UnitOfWork, useClass: TypeormUnitOfWork }],
  exports: [TransactionContext, UnitOfWork, TableStatistics],
})
export class DatabaseModule {}

/** Opens the database once another program has brought it to this release. */
async function awaited(options: DataSourceOptions): Promise<import('typeorm').DataSource> {
  const { DataSource } = await import('typeorm');
  const dataSource = await new DataSource(options).initialize();
  try {
    await awaitMigrations(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Opens the database and runs what migrations are missing, naming each; replicas that start at once wait for the first. */
export async function migrated(options: DataSourceOptions, print: (text: string) => void = () => undefined): Promise<import('typeorm').DataSource> {
  const { DataSource } = await import('typeorm');
  const dataSource = await new DataSource(options).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('set statement_timeout = 0');
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    for (const { name } of await dataSource.runMigrations()) print(`Run: ${name}.`);
  } finally {
    await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.query(`set statement_timeout = ${STATEMENT_TIMEOUT_MILLISECONDS}`).catch(() => undefined);
    await lock.release();
  }
  return dataSource;
}
