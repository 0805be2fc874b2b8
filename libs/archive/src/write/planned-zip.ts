import { DirectoryLines } from './directory-lines.js';
import { zipEntry } from './zip-entry.js';
import { centralHeader, endRecords, localHeader, placedAt, placedBytes, type EntryFacts, type PlacedFacts } from './zip-headers.js';

/** An entry whose facts are known before its first byte is read. */
export interface PlannedEntry extends EntryFacts {
  /** The stored (or packed) data; exactly as many bytes as were told. */
  readonly open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface PlannedZip {
  /** Exact, before the first byte. */
  readonly sizeBytes: number;
  /** Where the entry's local header begins, in the order of the entries. */
  readonly offsets: readonly number[];
  stream(): AsyncIterable<Uint8Array>;
}

interface Placed extends PlacedFacts {
  readonly entry: PlannedEntry;
}

/**
 * Lays out a zip from facts: stored entries (or data deflated before), full local headers, no descriptors, a fixed time, so that equal
 * entries give equal bytes. Zip64 where a number needs it; `forceZip64` is for tests.
 */
export function plannedZip(entries: readonly PlannedEntry[], options: { readonly forceZip64?: boolean } = {}): PlannedZip {
  const force = options.forceZip64 === true;
  const placed: Placed[] = [];
  let offset = 0;
  for (const entry of entries) {
    const one = { ...placedAt(entry, offset), entry };
    placed.push(one);
    offset += localHeader(one, force).length + one.packedBytes;
  }
  const directoryBytes = placed.reduce((sum, one) => sum + centralHeader(one, force).length, 0);
  const end = endRecords({ count: placed.length, offset, directoryBytes }, force);
  return {
    sizeBytes: offset + directoryBytes + end.length,
    offsets: placed.map((one) => one.offset),
    stream: () => write(placed, end, force),
  };
}

/**
 * The same archive from entries that come one by one: what is held of an entry that was written is its line in the directory, some 80 bytes. The size is known
 * at the end. Throws when an entry does not give the bytes that were told, by length or, where it is stored, by CRC.
 */
export async function* streamedZip(entries: AsyncIterable<PlannedEntry>): AsyncIterable<Uint8Array> {
  const directory = new DirectoryLines();
  let offset = 0;
  for await (const entry of entries) {
    yield* zipEntry(entry, offset);
    directory.add(centralHeader(placedAt(entry, offset)));
    offset += placedBytes(entry);
  }
  yield* directory.blocks();
  yield endRecords({ count: directory.count, offset, directoryBytes: directory.bytes });
}

async function* write(placed: readonly Placed[], end: Buffer, force: boolean): AsyncIterable<Uint8Array> {
  for (const one of placed) {
    yield localHeader(one, force);
    let written = 0;
    for await (const chunk of one.entry.open()) {
      written += chunk.byteLength;
      yield chunk;
    }
    // A plan that is not kept would be a broken archive: better none.
    if (written !== one.packedBytes) throw new Error(`entry ${one.entry.name} gave ${written} bytes, ${one.packedBytes} were planned`);
  }
  for (const one of placed) yield centralHeader(one, force);
  yield end;
}
