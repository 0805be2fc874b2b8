import { backupIds, names, readHead } from './backup-format.js';
import type { BackupPlace } from './backup-place.port.js';
import { entriesOf } from './catalogue.js';

const BATCH = 1_000;

/** Removes all backups but the newest, and the objects that none of those has. Answers the ids that were removed. Holds the hashes of all kept objects. */
export async function keepNewest(place: BackupPlace, count: number): Promise<string[]> {
  const { finished } = await backupIds(place);
  const gone = finished.slice(0, Math.max(0, finished.length - count));
  if (gone.length === 0) return [];
  // Heads first: what is half removed is no backup any more.
  await place.remove(gone.map(names.head));
  for (const id of gone) await removeAll(place, names.folder(id), () => true);
  const kept = new Set<string>();
  for (const id of finished.slice(gone.length)) for await (const { sha256 } of entriesOf(place, (await readHead(place, id)).catalogue)) kept.add(names.object(sha256));
  await removeAll(place, 'objects/', (name) => !kept.has(name));
  return gone;
}

async function removeAll(place: BackupPlace, folder: string, isGone: (name: string) => boolean): Promise<void> {
  let batch: string[] = [];
  for await (const name of place.list(folder)) {
    if (isGone(name)) batch.push(name);
    if (batch.length < BATCH) continue;
    await place.remove(batch);
    batch = [];
  }
  await place.remove(batch);
}
