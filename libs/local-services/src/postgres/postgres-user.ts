import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';

const run = promisify(execFile);

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root. When this process is root, the answer is the system user `postgres`, which is made if it is
 * missing; otherwise undefined: run it as we are.
 */
export async function postgresUser(log: (line: string) => void): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp();
  if (existing !== null) return existing;
  log('Postgres does not run as root: making the system user "postgres".');
  try {
    await run('groupadd', ['--force', '--system', 'postgres']);
    await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (error) {
    throw new LocalServiceError(`Postgres does not run as root and the system user "postgres" cannot be made (${reasonOf(error)}); start as an ordinary user, or set DATABASE_URL.`, { cause: error });
  }
  const made = await lookUp();
  if (made === null) throw new LocalServiceError('The system user "postgres" is not there after it was made; start as an ordinary user, or set DATABASE_URL.');
  return made;
}

async function lookUp(): Promise<SystemUser | null> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (what) => Number((await run('id', [what, 'postgres'])).stdout)));
    return uid === undefined || gid === undefined ? null : { uid, gid };
  } catch {
    return null;
  }
}
