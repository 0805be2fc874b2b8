import { createHash, randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';
import { isReachableByOthers } from '../process/traversable.js';
import type { SystemUser } from './postgres-user.js';

/** Where root's servers keep what the user `postgres` must reach. */
export const SYSTEM_FOLDER = '/var/lib/vision-platform';

/** The folder of the cluster when it lies inside the data folder. */
const INSIDE = 'home';

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
    const folder = await clusterFolder(wanted, options);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (options.user !== undefined) await chown(folder, options.user.uid, options.user.gid);
    return { folder, password: await keptPassword(join(wanted, 'superuser-password')) };
  } catch (error) {
    throw new LocalServiceError(`The folder of the database cannot be used (${wanted}): ${reasonOf(error)}.`, { cause: error });
  }
}

interface Where {
  readonly user: SystemUser | undefined;
  readonly log: (line: string) => void;
}

/**
 * The place is chosen once and kept in the file `location`: rights of a folder above that change later, or a data folder that is moved,
 * must never lead to a new, empty database.
 */
async function clusterFolder(wanted: string, where: Where): Promise<string> {
  const file = join(wanted, 'location');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept !== '') return keptFolder(resolve(wanted, kept), where);
  const folder = await chosenFolder(wanted, where);
  await writeFile(`${file}.new`, `${folder === join(wanted, INSIDE) ? INSIDE : folder}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return folder;
}

async function keptFolder(folder: string, { user }: Where): Promise<string> {
  if ((await stat(folder).catch(() => null)) === null) throw new LocalServiceError(`its database was in ${folder}, which is not there any more; put it back`);
  if (user !== undefined && !(await isReachableByOthers(dirname(folder)))) throw new LocalServiceError(`the user "postgres" cannot walk to ${folder}; let others pass the folders above it (chmod o+x)`);
  return folder;
}

async function chosenFolder(wanted: string, { user, log }: Where): Promise<string> {
  if (user === undefined || (await isReachableByOthers(wanted))) return join(wanted, INSIDE);
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const folder = join(SYSTEM_FOLDER, name);
  await mkdir(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  log(`The user "postgres" cannot reach ${wanted}; the database lies in ${folder}.`);
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
