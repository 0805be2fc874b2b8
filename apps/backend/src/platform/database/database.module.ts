import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import { awaitMigrations, MigrationsMissing } from './migration-gate.js';
import { MIGRATIONS } from './migrations/index.js';
import { RESTORE_MARK } from './restore-mark.js';
import { runMigrations } from './run-migrations.js';
import { TableStatistics } from './table-statistics.js';
import { TransactionContext } from './transaction-context.js';
import { TypeormUnitOfWork } from './typeorm-unit-of-work.js';
import { UnitOfWork } from './unit-of-work.js';

/** A statement that runs longer holds others up; reports and imports stay far below. */
const STATEMENT_TIMEOUT_MILLISECONDS = 30_000;
/** A request that finds the pool empty is told so instead of hanging. */
const POOL_WAIT_MILLISECONDS = 5_000;

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
async function awaited(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  try {
    await refuseWhileRestoring(dataSource);
    await awaitMigrations(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Runs what migrations are missing, naming each, and opens the database. Errors: a plain one where a backup is being restored into it. */
export async function migrated(options: DataSourceOptions, print: (text: string) => void = () => undefined): Promise<DataSource> {
  if (options.type !== 'postgres' || options.url === undefined) throw new Error('the database is Postgres, named by a URL');
  const dataSource = await new DataSource(options).initialize();
  try {
    await refuseWhileRestoring(dataSource);
    await runMigrations(options.url, { onRun: (name) => print(`Run: ${name}.`) });
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function refuseWhileRestoring(dataSource: DataSource): Promise<void> {
  const [found] = (await dataSource.query('select to_regclass($1) is not null as restoring', [RESTORE_MARK])) as { restoring: boolean }[];
  if (found?.restoring === true) throw new Error('A backup is being restored into this database; begin the restore again if it ended early.');
}
