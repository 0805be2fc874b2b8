import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testServices } from './test-services.js';

export interface TestDatabase {
  readonly url: string;
  /** Ends other connections to it, then removes it. */
  drop(): Promise<void>;
}

/** A fresh, empty database in the shared Postgres; `migrate` fills it. */
export async function createTestDatabase(options: { readonly migrate?: (url: string) => Promise<void> } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const admin = testServices().postgresUrl;
  await execute(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await untilUnused(admin, name);
    await execute(admin, `drop database if exists ${name} with (force)`);
  };
  try {
    await options.migrate?.(url.href);
  } catch (error) {
    await drop();
    throw error;
  }
  return { url: url.href, drop };
}

const QUIET_MILLISECONDS = 3_000;

/** A pool that was ended says so before its last connection is closed; one that is cut then throws into the void. */
async function untilUnused(admin: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  try {
    for (const deadline = Date.now() + QUIET_MILLISECONDS; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const { rows } = await client.query<{ open: number }>('select count(*)::int as open from pg_stat_activity where datname = $1', [name]);
      if (rows[0]?.open === 0) return;
    }
  } finally {
    await client.end();
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
