import { access, constants, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isStillRunning, LocalServiceError, processIdentity } from '@app/local-services';
import { freeBytesOf, LEAST_FREE_BYTES } from './disk-space.js';

/**
 * Makes the folder, checks that it can be written and has room, and takes its lock, which tells a second start the `address` of this
 * one. Answers how to give the lock back. Throws LocalServiceError.
 */
export async function openDataFolder(folder: string, address: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const unlock = await takeLock(join(folder, 'lock'), { folder, address });
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes >= LEAST_FREE_BYTES) return unlock;
  await unlock();
  throw new LocalServiceError(
    `The disk of ${folder} is nearly full: ${Math.floor(freeBytes / 1e6)} MB are free, ${LEAST_FREE_BYTES / 1e6} MB are needed. Make room and start again, or choose another disk with --data.`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found !== null && !found.isDirectory()) throw new LocalServiceError(`${folder} is a file; --data takes a folder.`);
  try {
    // Root's Postgres runs as another user, who must be able to walk in; the files inside are private.
    await mkdir(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

async function takeLock(path: string, { folder, address }: { folder: string; address: string }): Promise<() => Promise<void>> {
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, `${await processIdentity(process.pid)}\n${address}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw cannotWrite(folder, error);
  });
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      // A hard link is made whole or not at all: the lock is never an empty file.
      if (await link(mine, path).then(() => true, () => false)) return () => rm(path, { force: true });
      const [owner = '', theirs = ''] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
      if (await isStillRunning(owner)) throw new LocalServiceError(inUse(folder, { owner, address: theirs }));
      await rm(path, { force: true });
    }
    throw new LocalServiceError(`The data folder ${folder} is in use by another start.`);
  } finally {
    await rm(mine, { force: true });
  }
}

function inUse(folder: string, { owner, address }: { owner: string; address: string }): string {
  const where = address === '' ? '' : ` at ${address}`;
  return `The data folder ${folder} is in use by another start${where} (process ${owner.split(' ')[0] ?? '?'}). Open that one, end it first, or choose another folder with --data.`;
}

function cannotWrite(folder: string, error: unknown): LocalServiceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = code === 'EACCES' || code === 'EPERM' ? 'it belongs to another user' : code === 'EROFS' ? 'its disk is read-only' : code === 'ENOSPC' ? 'its disk is full' : code;
  return new LocalServiceError(`The data folder ${folder} cannot be written (${why}); choose another one with --data.`, { cause: error });
}
