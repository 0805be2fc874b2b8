import { backendEnvironment, ConfigurationError } from './config/backend-config.js';
import { dataSourceOptions, migrated } from './platform/database/database.module.js';
import { missingMigrations } from './platform/database/migration-gate.js';

const EXIT_CONFIG = 78;
/** The lock takes one, the migrations another. */
const POOL_SIZE = 2;

/**
 * Brings the database to this release and ends: the command of the migration Job. It needs DATABASE_URL and nothing else, so the Job holds no other secret.
 * Run twice, or by two at once, it does the work once. Answers the exit status: 78 when DATABASE_URL is missing or wrong; what goes wrong after that is thrown.
 */
export async function runMigrations(environment: Readonly<Record<string, string | undefined>>, print: (text: string) => void): Promise<number> {
  const dataSource = await migrated(dataSourceOptions({ url: databaseUrl(environment), poolSize: POOL_SIZE }), print);
  try {
    const missing = await missingMigrations(dataSource);
    print(missing.length === 0 ? 'The database is that of this release.' : `Not run: ${missing.join(', ')}.`);
    return missing.length === 0 ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
}

function databaseUrl(environment: Readonly<Record<string, string | undefined>>): string {
  const parsed = backendEnvironment.shape.DATABASE_URL.safeParse(environment['DATABASE_URL'] === '' ? undefined : environment['DATABASE_URL']);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(`DATABASE_URL: ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
}

if (import.meta.filename === process.argv[1]) {
  process.exitCode = await runMigrations(process.env, (text) => process.stdout.write(`${text}\n`)).catch((error: unknown) => {
    process.stderr.write(`The migrations cannot run. ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigurationError ? EXIT_CONFIG : 1;
  });
}
