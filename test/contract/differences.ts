import { fsck, type FsckOptions } from '../../apps/backend/src/fsck/fsck.js';

/** What fsck finds when it reads every byte and nothing may be on its way; looked at again for some seconds, as builders say in the bucket what they made after the database. */
export async function differences(options: Pick<FsckOptions, 'databaseUrl' | 'store'>, patienceMilliseconds = 20_000): Promise<string[]> {
  let found: string[] = [];
  for (const deadline = Date.now() + patienceMilliseconds; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    found = [];
    for await (const one of fsck({ ...options, deep: true, graceMinutes: 0 })) found.push(`${one.code} ${one.where}: ${one.detail}`);
    if (found.length === 0) break;
  }
  return found;
}
