import { S3ObjectStore } from '@app/object-store';
import { backendEnvironment, BackendConfig, ConfigurationError } from './config/backend-config.js';
import { fsck } from './fsck/fsck.js';
import { noteDamage } from './fsck/note-damage.js';
import type { Difference } from './fsck/difference.js';

/** What the backend needs and a look does not. */
const UNUSED = { NATS_URL: 'nats://nowhere.invalid:4222', JWT_SECRET: 'nothing-is-signed-with-this-secret-here' };

export interface FsckFlags {
  readonly json: boolean;
  readonly deep: boolean;
  readonly datasetId?: string;
  readonly graceMinutes: number;
}

/** `npm run fsck`: 0 where all agrees, 1 where something differs, 2 where it could not look. One line (or JSON object) a difference, as it is found. A deep look notes damaged zips for the backend. */
export async function runFsck(environment: Readonly<Record<string, string | undefined>>, { json, ...flags }: FsckFlags, print: (text: string) => void): Promise<number> {
  let store: S3ObjectStore | null = null;
  const found: Difference[] = [];
  try {
    const config = BackendConfig.read({ ...UNUSED, ...needed(environment) });
    store = new S3ObjectStore(config.store);
    for await (const one of fsck({ ...flags, databaseUrl: config.database.url, store })) {
      found.push(one);
      print(json ? JSON.stringify(one) : lineOf(one));
    }
    if (flags.deep) await noteDamage(config.database.url, found);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    print(error instanceof ConfigurationError ? `The environment does not name a database and a store: docs/configuration.md.\n${reason}` : `It could not look: ${reason}`);
    return 2;
  } finally {
    store?.close();
  }
  if (!json) print(found.length === 0 ? 'Database, bucket, manifests and zips agree.' : `${found.length} difference(s).`);
  return found.length === 0 ? 0 : 1;
}

function needed(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name in backendEnvironment.shape && /^(S3_|DATABASE_)/.test(name)));
}

const lineOf = ({ code, where, detail, advice }: Difference): string => `${code.padEnd(18)}  ${where}: ${detail}\n  ${advice}`;
