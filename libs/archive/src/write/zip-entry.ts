import { crc32 } from 'node:zlib';
import type { PlannedEntry } from './planned-zip.js';
import { localHeader, placedAt, type EntryFacts } from './zip-headers.js';

/** An entry did not give the bytes that were told of it. */
export class EntryDiffers extends Error {}

/** An entry as it stands in the archive from `offset` on. Throws `EntryDiffers` when it does not give the bytes that were told, by length or, where it is stored, by CRC. */
export async function* zipEntry(entry: PlannedEntry, offset: number): AsyncIterable<Uint8Array> {
  const { packedBytes, ...placed } = placedAt(entry, offset);
  yield localHeader({ ...placed, packedBytes });
  let [written, crc] = [0, 0];
  for await (const chunk of entry.open()) {
    written += chunk.byteLength;
    crc = crc32(chunk, crc);
    yield chunk;
  }
  checkGiven(entry, { planned: packedBytes, written, crc });
}

/** A stored entry whose data is in memory, as it stands in the archive: one piece. Throws as `zipEntry` does. */
export function storedEntry(entry: EntryFacts, data: readonly Uint8Array[]): Buffer {
  const header = localHeader(placedAt(entry, 0));
  const whole = Buffer.concat([header, ...data]);
  const bytes = whole.subarray(header.length);
  checkGiven(entry, { planned: entry.sizeBytes, written: bytes.length, crc: crc32(bytes) });
  return whole;
}

/** A plan that is not kept would be a broken archive: better none. */
function checkGiven(entry: EntryFacts, { planned, written, crc }: { readonly planned: number; readonly written: number; readonly crc: number }): void {
  if (written !== planned) throw new EntryDiffers(`entry ${entry.name} gave ${written} bytes, ${planned} were planned`);
  if (entry.deflatedBytes === undefined && crc !== entry.crc32) throw new EntryDiffers(`entry ${entry.name} has other bytes than were planned`);
}
