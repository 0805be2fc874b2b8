import { createHash, randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';
import { isReachableByOthers } from '../process/traversable.js';
import type { SystemUser } from './postgres-user.js';

/** Where root's servers keep what the user `postgres` must reach. */
export const SYSTEM_FOLDER = '/var/lib/vision-platform';

export interface PostgresHome {
  /** Holds the cluster; owned by the user that runs Postgres, mode 700. */
  readonly folder: string;
  readonly password: string;
}

/**
 * Makes the folder of the cluster and the superuser's password. Root with a data folder that the user `postgres` cannot walk to (a
 * home or data folder of mode 700) gets a folder under /var/lib instead, named after the data folder, so that the next start finds it.
 */
export async function preparePostgresHome(options: { dataDirectory: string; user: SystemUser | undefined; log: (line: string) => void }): Promise<PostgresHome> {
  const wanted = resolve(options.dataDirectory);
  try {
    await mkdir(wanted, { recursive: true, mode: options.user === undefined ? 0o700 : 0o711 });
    const folder = await reachableFolder(wanted, options);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (options.user !== undefined) await chown(folder, options.user.uid, options.user.gid);
    return { folder, password: await keptPassword(join(wanted, 'superuser-password')) };
  } catch (error) {
    throw new LocalServiceError(`The folder of the database cannot be used (${wanted}): ${reasonOf(error)}.`, { cause: error });
  }
}

async function reachableFolder(wanted: string, options: { user: SystemUser | undefined; log: (line: string) => void }): Promise<string> {
  if (options.user === undefined || (await isReachableByOthers(wanted))) return join(wanted, 'home');
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const folder = join(SYSTEM_FOLDER, name);
  await mkdir(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  options.log(`The user "postgres" cannot reach ${wanted}; the database lies in ${folder}.`);
  return folder;
}

async function keptPassword(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const password = randomBytes(24).toString('hex');
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(`${password}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return password;
}
