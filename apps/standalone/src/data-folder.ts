import { access, constants, link, mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalServiceError } from '@app/local-services';

/** An empty cluster takes 50 MB and Postgres' log 16 MB a piece; below this a first upload cannot end well. */
const LEAST_FREE_BYTES = 500_000_000;

/** Makes the folder, checks that it can be written and has room, and takes its lock. Answers how to give the lock back. */
export async function openDataFolder(folder: string): Promise<() => Promise<void>> {
  try {
    // Root's Postgres runs as another user, who must be able to walk in; the files inside are private.
    await mkdir(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new LocalServiceError(`The data folder ${folder} cannot be written (${code(error)}).`, { cause: error });
  }
  const space = await statfs(folder);
  const freeBytes = space.bavail * space.bsize;
  if (freeBytes < LEAST_FREE_BYTES) {
    throw new LocalServiceError(`The disk of ${folder} is nearly full: ${Math.floor(freeBytes / 1e6)} MB are free, ${LEAST_FREE_BYTES / 1e6} MB are needed.`);
  }
  return takeLock(join(folder, 'lock'), folder);
}

async function takeLock(path: string, folder: string): Promise<() => Promise<void>> {
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, await identity(process.pid), { mode: 0o600 }).catch((error: unknown) => {
    throw new LocalServiceError(`The data folder ${folder} cannot be written (${code(error)}).`, { cause: error });
  });
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      // A hard link is made whole or not at all: the lock is never an empty file.
      if (await link(mine, path).then(() => true, () => false)) return () => rm(path, { force: true });
      const owner = await readFile(path, 'utf8').catch(() => '');
      if (await isOwnerAlive(owner)) throw new LocalServiceError(`The data folder ${folder} is in use by another start (process ${owner.split(' ')[0] ?? '?'}).`);
      await rm(path, { force: true });
    }
    throw new LocalServiceError(`The data folder ${folder} is in use by another start.`);
  } finally {
    await rm(mine, { force: true });
  }
}

/** Process id and its start time: a pid alone is reused by other programs. */
async function identity(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`.trim();
}

async function isOwnerAlive(owner: string): Promise<boolean> {
  const pid = Number.parseInt(owner, 10);
  if (!Number.isInteger(pid) || pid < 2) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (code(error) !== 'EPERM') return false;
  }
  return (await identity(pid)) === owner.trim();
}

function code(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
