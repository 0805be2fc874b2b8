import type { ObjectHead, ObjectStore, PutOptions } from '@app/object-store';
import { merged } from '../../fsck/merge.js';
import { names, type Backup, type CatalogueEntry } from '../backup-format.js';
import { BackupDamaged, type BackupPlace } from '../backup-place.port.js';
import { entriesOf } from '../catalogue.js';
import { inOrder } from '../in-order.js';

const AT_ONCE = 8;

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', zip: 'application/zip', json: 'application/json', ndjson: 'application/x-ndjson',
};

export interface RestoredObjects {
  readonly present: number;
  readonly written: number;
}

/** Puts every object of a backup into the bucket; one that an earlier try put whole is left as it is. Errors: `BackupDamaged`; those of the store. */
export async function restoreObjects(place: BackupPlace, backup: Backup, { store, onObject }: { readonly store: ObjectStore; readonly onObject?: (count: number) => Promise<void> | void }): Promise<RestoredObjects> {
  const count = { present: 0, written: 0 };
  for await (const isWritten of inOrder(pairs(place, backup, store), AT_ONCE, ({ entry, head }) => restore(place, { store, entry, head }))) {
    count[isWritten ? 'written' : 'present'] += 1;
    await onObject?.(count.present + count.written);
  }
  return count;
}

interface Pair {
  readonly entry: CatalogueEntry;
  readonly head: ObjectHead | null;
}

async function* pairs(place: BackupPlace, backup: Backup, store: ObjectStore): AsyncIterable<Pair> {
  for await (const { left, right } of merged({ items: entriesOf(place, backup.catalogue), key: (one) => one.key }, { items: store.list(''), key: (head) => head.key })) {
    if (left !== null) yield { entry: left, head: right };
  }
}

async function restore(place: BackupPlace, { store, entry, head }: Pair & { readonly store: ObjectStore }): Promise<boolean> {
  if (head?.sizeBytes === entry.sizeBytes) return false;
  const body = await place.read(names.object(entry.sha256));
  const { sha256 } = await store.upload(entry.key, body, headersOf(entry.key));
  if (sha256 === entry.sha256) return true;
  await store.delete([entry.key]);
  throw new BackupDamaged(`${names.object(entry.sha256)} has other bytes than were written (${entry.key})`);
}

/** As the product writes them: by the key. Manifests are packed. */
function headersOf(key: string): PutOptions {
  const contentType = TYPES[/\.([a-z]+)$/.exec(key)?.[1] ?? ''] ?? 'application/octet-stream';
  return /\/snapshots\/v\d+\.json$/.test(key) ? { contentType, contentEncoding: 'gzip' } : { contentType };
}
