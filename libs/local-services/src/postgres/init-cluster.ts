import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuardedChild } from '../process/guarded-child.js';
import { LocalServiceError } from '../process/local-service-error.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import type { SystemUser } from './postgres-user.js';

export interface InitOptions {
  readonly binaries: PostgresBinaries;
  readonly folder: string;
  readonly password: string;
  readonly user: SystemUser | undefined;
  readonly superuser: string;
}

/**
 * Makes the cluster if there is none: UTF-8 whatever the machine's locale is (with LANG unset initdb would choose SQL_ASCII) and
 * scram passwords. It becomes visible under its name when it is complete, so a start that was killed leaves no half cluster.
 */
export async function ensureCluster(options: InitOptions): Promise<string> {
  const cluster = join(options.folder, 'cluster');
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) await initialise(cluster, options);
  else if (version.trim() !== options.binaries.majorVersion) {
    throw new LocalServiceError(`The database in ${cluster} is of Postgres ${version.trim()}, the program is ${options.binaries.majorVersion}; dump it with its own version and load it into a new data folder.`);
  }
  return cluster;
}

async function initialise(cluster: string, options: InitOptions): Promise<void> {
  const unfinished = `${cluster}.unfinished`;
  const passwordFile = join(options.folder, 'initial-password');
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (options.user !== undefined) await chown(passwordFile, options.user.uid, options.user.gid);
  const lines: string[] = [];
  try {
    const child = await GuardedChild.start({
      label: 'initdb',
      command: options.binaries.initdb,
      args: ['--pgdata', unfinished, '--username', options.superuser, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C.UTF-8'],
      user: options.user,
      cwd: options.folder,
      env: { PATH: process.env['PATH'] },
      stopSignal: 'TERM',
      onLine: (line) => lines.push(line),
    });
    const { code } = await child.exited;
    if (code !== 0) throw new LocalServiceError(`The database could not be made (${lines.filter((line) => line !== '').slice(-2).join(' ')}).`);
    await rename(unfinished, cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}
