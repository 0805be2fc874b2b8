import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ObjectStore } from '@app/object-store';
import { BACKUP_FORMAT, backupIds, names, type Backup, type BackupProblem, type CatalogueEntry } from './backup-format.js';
import type { BackupPlace } from './backup-place.port.js';
import { knownEntries, writeCatalogue } from './catalogue.js';
import { copiedObjects } from './copied-objects.js';
import { cutDatabase, type DatabaseCut } from './database-cut.js';
import { DeletionHold } from './deletion-hold.js';
import { linesOf } from './packed-lines.js';
import { wantedSchema } from './wanted-objects.js';

export interface BackupSource {
  readonly databaseUrl: string;
  readonly store: ObjectStore;
  readonly productVersion: string;
}

export interface BackupProgress {
  readonly onCut?: (cut: DatabaseCut) => Promise<void>;
  readonly onObjects?: (done: { readonly objects: number; readonly copied: number; readonly copiedBytes: number }) => void;
}

/**
 * Saves the database as it is at one moment and every object that its rows name, into a place that may have earlier backups: what they have is not copied again. Nothing is held up but deletions of
 * objects. Errors: `RangeError` where database and program are of different releases, or deletions could not be held off; those of the database, the store and the place. A run that ended early leaves what it
 * copied for the next one.
 */
export async function makeBackup(source: BackupSource, place: BackupPlace, progress: BackupProgress = {}): Promise<Backup> {
  const id = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`;
  const hold = new DeletionHold(source.databaseUrl);
  try {
    await hold.begin();
    await place.tidy();
    const { unfinished } = await backupIds(place);
    const cut = await cutDatabase(source.databaseUrl, place, id);
    await progress.onCut?.(cut);
    const saved = await saveObjects({ source, place, id, takenAt: cut.takenAt, progress });
    if (!(await hold.stands())) throw new RangeError('Deletions were not held off all the time: this machine slept, or the database was away for long. Begin again; what was copied is kept.');
    const head: Backup = { format: BACKUP_FORMAT, id, productVersion: source.productVersion, ...cut, takenAt: cut.takenAt.toISOString(), finishedAt: new Date().toISOString(), ...saved };
    await place.write(names.head(id), Readable.from([Buffer.from(`${JSON.stringify(head, null, 1)}\n`)]));
    await clear(place, [...unfinished.map(names.folder), names.wanted(id)]);
    await place.tidy();
    return head;
  } finally {
    await hold.end();
  }
}

interface Saving {
  readonly source: BackupSource;
  readonly place: BackupPlace;
  readonly id: string;
  readonly takenAt: Date;
  readonly progress: BackupProgress;
}

async function saveObjects({ source, place, id, takenAt, progress }: Saving): Promise<Pick<Backup, 'catalogue' | 'objects' | 'problems'>> {
  const count = { objects: 0, sizeBytes: 0, copied: 0, copiedBytes: 0 };
  const problems: BackupProblem[] = [];
  const onCopied = (sizeBytes: number): void => {
    count.copied += 1;
    count.copiedBytes += sizeBytes;
  };
  const from = { store: source.store, place, takenAt, onCopied, wanted: linesOf(place, names.wanted(id), wantedSchema), known: knownEntries(place) };
  const entries = async function* (): AsyncIterable<CatalogueEntry> {
    for await (const one of copiedObjects(from)) {
      if (one !== null && 'problem' in one) problems.push(one.problem);
      if (one === null || 'problem' in one) continue;
      count.objects += 1;
      count.sizeBytes += one.entry.sizeBytes;
      progress.onObjects?.(count);
      yield one.entry;
    }
  };
  const catalogue = await writeCatalogue(place, id, entries());
  return { catalogue, objects: { count: count.objects, sizeBytes: count.sizeBytes }, problems };
}

/** Names, and everything in folders. */
async function clear(place: BackupPlace, all: readonly string[]): Promise<void> {
  for (const one of all) {
    const inside = one.endsWith('/') ? [] : [one];
    if (one.endsWith('/')) for await (const name of place.list(one)) inside.push(name);
    await place.remove(inside);
  }
}
