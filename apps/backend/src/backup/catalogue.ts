import { merged } from '../fsck/merge.js';
import { backupIds, entrySchema, names, readHead, type BackupFile, type CatalogueEntry } from './backup-format.js';
import { BackupDamaged, type BackupPlace } from './backup-place.port.js';
import { linesOf, packedLines } from './packed-lines.js';

/** A run that is killed loses no more than one list. */
const ENTRIES_A_FILE = 10_000;

/** Writes entries in lists of some thousand each, as they come. */
export async function writeCatalogue(place: BackupPlace, id: string, entries: AsyncIterable<CatalogueEntry>): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  const iterator = entries[Symbol.asyncIterator]();
  for (let next = await iterator.next(); next.done !== true; ) {
    const name = names.catalogue(id, files.length + 1);
    const part = async function* (): AsyncIterable<CatalogueEntry> {
      for (let count = 0; next.done !== true && count < ENTRIES_A_FILE; count += 1, next = await iterator.next()) yield next.value;
    };
    files.push({ name, ...(await place.write(name, packedLines(part()))) });
  }
  return files;
}

export async function* entriesOf(place: BackupPlace, files: readonly Pick<BackupFile, 'name'>[]): AsyncIterable<CatalogueEntry> {
  for (const { name } of files) yield* linesOf(place, name, entrySchema);
}

/** What the newest finished backup knows, and what runs behind it came to before they ended. A list that cannot be read is known by nobody: its objects are read again. */
export async function* knownEntries(place: BackupPlace): AsyncIterable<CatalogueEntry> {
  const { finished, unfinished } = await backupIds(place);
  const newest = finished.at(-1);
  const heads = newest === undefined ? [] : (await readHead(place, newest)).catalogue;
  let all = sound(entriesOf(place, heads));
  for (const id of unfinished) all = both(all, sound(entriesOf(place, await listsOf(place, id))));
  yield* all;
}

async function listsOf(place: BackupPlace, id: string): Promise<{ name: string }[]> {
  const lists: { name: string }[] = [];
  for await (const name of place.list(`${names.folder(id)}objects/`)) lists.push({ name });
  return lists;
}

async function* sound(entries: AsyncIterable<CatalogueEntry>): AsyncIterable<CatalogueEntry> {
  try {
    yield* entries;
  } catch (error) {
    if (!(error instanceof BackupDamaged)) throw error;
  }
}

async function* both(earlier: AsyncIterable<CatalogueEntry>, later: AsyncIterable<CatalogueEntry>): AsyncIterable<CatalogueEntry> {
  const key = (entry: CatalogueEntry): string => entry.key;
  for await (const { left, right } of merged({ items: earlier, key }, { items: later, key })) {
    const one = right ?? left;
    if (one !== null) yield one;
  }
}
