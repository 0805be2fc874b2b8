import { objectKeys, type ObjectHead } from '@app/object-store';
import { difference, type Difference } from './difference.js';
import { isSettled, sha256Of, type Examined } from './examined.js';
import { checkZip } from './check-zip.js';
import { readManifest, type ManifestEntry, type ManifestHead } from './manifest-reader.js';

export interface VersionRow {
  readonly version: number;
  readonly state: string;
  readonly zip_state: string;
  readonly content_hash: string | null;
  readonly key: string | null;
  readonly size: number | null;
  readonly sha256: string | null;
  readonly region: unknown;
  readonly tail: { readonly key: string; readonly size_bytes: number } | null;
  readonly num_images: number;
  readonly completed_at: Date | null;
}

const VERSIONS = `
  select version, state, zip_state, content_hash, key, size_bytes::float8 as size, sha256, region, tail, num_images, completed_at
  from snapshots where dataset_id = $1 order by version`;
const NAME = /^v([1-9][0-9]*)\.(zip|json|tail)$/;

/** I6: rows, manifests and zips of versions say one thing. Versions of a dataset are some hundreds: they are held. */
export async function* checkVersions(of: Examined, datasetId: string): AsyncIterable<Difference> {
  const prefix = `${objectKeys.dataset(datasetId)}snapshots/`;
  const objects = new Map<string, ObjectHead>();
  for await (const object of of.store.list(prefix)) objects.set(object.key, object);
  const { rows } = await of.database.query<VersionRow>(VERSIONS, [datasetId]);
  for (const row of rows) yield* checkVersion(of, datasetId, { row, objects });
  yield* strangers(of, prefix, { rows, objects });
  yield* contentTwice(datasetId, rows);
  yield* checkLatest(of, datasetId, rows);
}

interface At {
  readonly row: VersionRow;
  readonly objects: ReadonlyMap<string, ObjectHead>;
}

async function* checkVersion(of: Examined, datasetId: string, { row, objects }: At): AsyncIterable<Difference> {
  if (row.state !== 'ready') return;
  const manifest = objectKeys.snapshotManifest(datasetId, row.version);
  const isNew = row.completed_at === null || row.completed_at >= of.settledBefore;
  if (objects.has(manifest)) yield* checkManifest(of, manifest, row);
  // It is written behind a zip that is being made.
  else if (!isNew && row.zip_state !== 'building') yield difference('manifest-missing', manifest, `version ${row.version} is ready`);
  yield* checkTail(row, objects);
  const zip = objects.get(row.key ?? '');
  if (row.zip_state !== 'ready') return;
  if (zip === undefined) yield difference('zip-missing', row.key ?? `v${row.version}.zip`, `version ${row.version} says that it is there`);
  else if (zip.sizeBytes !== row.size) yield difference('zip-size', zip.key, `${zip.sizeBytes} bytes instead of ${row.size}`);
  else yield* checkReadyZip(of, { zip, row, manifest: objects.has(manifest) ? manifest : null });
}

async function* checkReadyZip(of: Examined, { zip, row, manifest }: { readonly zip: ObjectHead; readonly row: VersionRow; readonly manifest: string | null }): AsyncIterable<Difference> {
  if (of.deep && (await sha256Of(of.store, zip.key)) !== row.sha256) yield difference('zip-sha256', zip.key, 'other bytes than the row says');
  if (manifest !== null) yield* checkZip(of.store, { zip, manifest, isOrdered: row.region !== null });
}

async function* checkManifest(of: Examined, key: string, row: VersionRow): AsyncIterable<Difference> {
  const { head, entries } = await readManifest(of.store, key);
  const count = head === null ? null : await countOf(entries);
  if (head === null || count === null) return yield difference('manifest-differs', key, 'it cannot be read');
  if (head.version !== row.version || head.content_hash !== row.content_hash) yield difference('manifest-differs', key, 'it has another version or content hash than the row');
  if (count !== row.num_images) yield difference('manifest-differs', key, `${count} images instead of ${row.num_images}`);
  if (row.zip_state === 'ready' && !namesZipOf(head, row)) yield difference('manifest-differs', key, 'it names another zip than the row');
}

const namesZipOf = ({ zip }: ManifestHead, { sha256, size }: VersionRow): boolean => zip !== null && zip.sha256 === sha256 && zip.size_bytes === size;

/** Null: one of them cannot be read, or the end is missing. */
async function countOf(entries: AsyncIterable<ManifestEntry | null>): Promise<number | null> {
  let count = 0;
  for await (const entry of entries) {
    if (entry === null) return null;
    count += 1;
  }
  return count;
}

function* checkTail({ tail, zip_state: state }: VersionRow, objects: ReadonlyMap<string, ObjectHead>): Iterable<Difference> {
  if (tail === null || state === 'ready') return;
  const object = objects.get(tail.key);
  if (object?.sizeBytes !== tail.size_bytes) yield difference('tail-missing', tail.key, object === undefined ? 'the zip was dropped' : `${object.sizeBytes} bytes instead of ${tail.size_bytes}`);
}

function* strangers(of: Examined, prefix: string, { rows, objects }: { readonly rows: readonly VersionRow[]; readonly objects: ReadonlyMap<string, ObjectHead> }): Iterable<Difference> {
  const byVersion = new Map(rows.map((row) => [row.version, row]));
  for (const object of objects.values()) {
    const name = object.key.slice(prefix.length);
    const found = name === 'latest.json' || !isSettled(of, object) ? null : strangerOf(object.key, NAME.exec(name), byVersion);
    if (found !== null) yield found;
  }
}

function strangerOf(key: string, name: RegExpExecArray | null, rows: ReadonlyMap<number, VersionRow>): Difference | null {
  const row = rows.get(Number(name?.[1]));
  if (name === null || row === undefined) return difference('snapshot-orphan', key, 'no version has this object');
  if (row.state === 'deleted' || row.state === 'failed') return difference('deleted-left', key, `version ${row.version} is ${row.state}`);
  if (name[2] === 'zip' && row.zip_state !== 'ready' && row.zip_state !== 'building') return difference('zip-left', key, `the zip of version ${row.version} is ${row.zip_state}`);
  return name[2] === 'tail' && row.tail === null && row.zip_state !== 'ready' ? difference('tail-left', key, 'the row knows no tail') : null;
}

function* contentTwice(datasetId: string, rows: readonly VersionRow[]): Iterable<Difference> {
  const seen = new Map<string, number>();
  for (const { state, content_hash: hash, version } of rows) {
    if (state !== 'ready' || hash === null) continue;
    const first = seen.get(hash);
    if (first !== undefined) yield difference('content-twice', `version ${version} of ${datasetId}`, `version ${first} has the same content`);
    seen.set(hash, first ?? version);
  }
}

async function* checkLatest(of: Examined, datasetId: string, rows: readonly VersionRow[]): AsyncIterable<Difference> {
  const key = objectKeys.latestSnapshot(datasetId);
  const newest = rows.findLast((row) => row.state === 'ready' && row.zip_state === 'ready');
  const expected = newest === undefined ? null : JSON.stringify({ version: newest.version, key: newest.key, sha256: newest.sha256 });
  const head = await of.store.head(key);
  const said = head === null ? null : new TextDecoder().decode(await of.store.getBytes(key, 10_000));
  if (said !== expected) yield difference('latest-wrong', key, `it says ${said ?? 'nothing'} instead of ${expected ?? 'nothing'}`);
}
