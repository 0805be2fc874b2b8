import { crc32 } from 'node:zlib';
import type { PlannedEntry } from './planned-zip.js';
import { localHeader, placedAt } from './zip-headers.js';

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
  if (written !== packedBytes) throw new EntryDiffers(`entry ${entry.name} gave ${written} bytes, ${packedBytes} were planned`);
  if (entry.deflatedBytes === undefined && crc !== entry.crc32) throw new EntryDiffers(`entry ${entry.name} has other bytes than were planned`);
}
