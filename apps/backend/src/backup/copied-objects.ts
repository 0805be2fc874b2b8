import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectNotFound, type ObjectHead, type ObjectStore } from '@app/object-store';
import { merged } from '../fsck/merge.js';
import { names, type BackupProblem, type CatalogueEntry } from './backup-format.js';
import type { BackupPlace, Written } from './backup-place.port.js';
import { inOrder } from './in-order.js';
import type { WantedObject } from './wanted-objects.js';

/** Bytes on their way at the same time, mostly of small objects. */
const AT_ONCE = 8;
/** Below, an object is held in memory until it is known by its hash. */
const LARGEST_HELD_BYTES = 8 * 1024 * 1024;
/** What shows an image may be of its replacement when it was written about then: clocks of store and database differ. */
const YOUNG_MILLISECONDS = 5 * 60_000;

const MANIFEST = /\/snapshots\/v\d+\.json$/;
const LATE_MILLISECONDS = 10_000;

export interface CopyFrom {
  readonly store: ObjectStore;
  readonly place: BackupPlace;
  readonly takenAt: Date;
  /** In the order of the keys. */
  readonly wanted: AsyncIterable<WantedObject>;
  /** What earlier backups know, in the order of the keys: an object that has not changed since is not read. */
  readonly known: AsyncIterable<CatalogueEntry>;
  readonly onCopied: (sizeBytes: number) => void;
}

export type Copied = { readonly entry: CatalogueEntry } | { readonly problem: BackupProblem } | null;

interface Candidate {
  readonly wanted: WantedObject;
  readonly head: ObjectHead | null;
  readonly known: CatalogueEntry | null;
}

/** Puts every object that is wanted into the place, and says of each what is there; null: it is left out, and will be made again. */
export function copiedObjects(from: CopyFrom): AsyncIterable<Copied> {
  return inOrder(candidates(from), AT_ONCE, (one) => copy(from, one));
}

async function* candidates({ store, wanted, known }: CopyFrom): AsyncIterable<Candidate> {
  const present = merged({ items: wanted, key: (one) => one.key }, { items: store.list(''), key: (head) => head.key });
  const withHeads = (async function* () {
    for await (const { left, right } of present) if (left !== null) yield { wanted: left, head: right };
  })();
  const all = merged({ items: withHeads, key: (one) => one.wanted.key }, { items: known, key: (entry) => entry.key });
  for await (const { left, right } of all) if (left !== null) yield { ...left, known: right };
}

async function copy(from: CopyFrom, { wanted, head: listed, known }: Candidate): Promise<Copied> {
  const head = listed ?? (wanted.kind === 'required' ? await lateHead(from.store, wanted.key) : null);
  if (head === null) return absence(wanted);
  if (isMadeAgain(wanted, head, from.takenAt)) return null;
  const sha256 = known?.etag === head.etag && known.sizeBytes === head.sizeBytes ? known.sha256 : null;
  if (sha256 !== null && (await from.place.sizeOf(names.object(sha256))) === head.sizeBytes) return checked(wanted, { ...head, sha256 });
  return copyBytes(from, wanted, head);
}

const absence = ({ kind, key }: WantedObject): Copied => (kind === 'required' ? { problem: { kind: 'missing', key } } : null);

function isMadeAgain({ kind, sizeBytes }: WantedObject, head: ObjectHead, takenAt: Date): boolean {
  if (kind === 'derived') return head.lastModified.getTime() > takenAt.getTime() - YOUNG_MILLISECONDS;
  return kind === 'zip' && head.sizeBytes !== sizeBytes;
}

/** A manifest is written some moments behind its row, and may not have been in the list when it was read. */
async function lateHead(store: ObjectStore, key: string): Promise<ObjectHead | null> {
  for (const end = Date.now() + (MANIFEST.test(key) ? LATE_MILLISECONDS : 0); ; await sleep(500)) {
    const head = await store.head(key);
    if (head !== null || Date.now() >= end) return head;
  }
}

async function copyBytes(from: CopyFrom, wanted: WantedObject, head: ObjectHead): Promise<Copied> {
  if (wanted.sha256 !== null && wanted.sizeBytes === head.sizeBytes && (await from.place.sizeOf(names.object(wanted.sha256))) === head.sizeBytes) return { entry: entryOf(head, { ...head, sha256: wanted.sha256 }) };
  try {
    const { body, etag } = await from.store.get(wanted.key);
    const written = await add(from.place, body as AsyncIterable<Uint8Array>, head.sizeBytes);
    from.onCopied(written.sizeBytes);
    return checked(wanted, { key: wanted.key, etag, ...written });
  } catch (error) {
    if (!(error instanceof ObjectNotFound)) throw error;
    return absence(wanted);
  }
}

const entryOf = ({ key, etag }: Pick<ObjectHead, 'key' | 'etag'>, { sizeBytes, sha256 }: Written): CatalogueEntry => ({ key, sizeBytes, etag, sha256 });

/** Other bytes than the rows say are no backup of them. */
function checked(wanted: WantedObject, object: Written & Pick<ObjectHead, 'key' | 'etag'>): Copied {
  const isOther = (wanted.sha256 !== null && wanted.sha256 !== object.sha256) || (wanted.kind !== 'optional' && wanted.sizeBytes !== null && wanted.sizeBytes !== object.sizeBytes);
  if (!isOther) return { entry: entryOf(object, object) };
  return wanted.kind === 'zip' ? null : { problem: { kind: 'other-bytes', key: wanted.key } };
}

/** Under its hash, whole or not at all. */
async function add(place: BackupPlace, body: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Written> {
  if (sizeBytes > LARGEST_HELD_BYTES) return addStreamed(place, body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const name = names.object(createHash('sha256').update(bytes).digest('hex'));
  return place.write(name, Readable.from([bytes]));
}

async function addStreamed(place: BackupPlace, body: AsyncIterable<Uint8Array>): Promise<Written> {
  const incoming = names.incoming(randomUUID());
  const written = await place.write(incoming, body);
  await place.move(incoming, names.object(written.sha256));
  return written;
}
