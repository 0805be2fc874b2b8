import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Whether any user can walk down to `path`: every existing folder on the way has the execute bit for others. Parts that do not exist
 * yet will be made by us and do not count.
 */
export async function isReachableByOthers(path: string): Promise<boolean> {
  for (let current = resolve(path); ; current = dirname(current)) {
    const found = await stat(current).catch(() => null);
    if (found !== null && found.isDirectory() && (found.mode & 0o001) === 0) return false;
    if (current === dirname(current)) return true;
  }
}
