import { createDeflateRaw, crc32 } from 'node:zlib';
import { Readable } from 'node:stream';
import type { PlannedEntry } from './planned-zip.js';

/** What was packed to be measured is held up to this size; a larger text is read and packed once more. */
const MOST_HELD_BYTES = 8 * 1024 * 1024;

/**
 * A deflated entry of a text that can be larger than memory. It is measured first, because the head of an entry says its size: `open` gives the same bytes each time.
 */
export async function textEntry(name: string, open: () => AsyncIterable<Uint8Array>): Promise<PlannedEntry> {
  let [sizeBytes, crc, deflatedBytes] = [0, 0, 0];
  const measured = async function* (): AsyncIterable<Uint8Array> {
    for await (const chunk of open()) {
      sizeBytes += chunk.byteLength;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  };
  let held: Uint8Array[] | null = [];
  for await (const chunk of deflated(measured())) {
    deflatedBytes += chunk.byteLength;
    if (deflatedBytes > MOST_HELD_BYTES) held = null;
    held?.push(chunk);
  }
  const packed = held;
  return { name, sizeBytes, crc32: crc, deflatedBytes, open: () => packed ?? deflated(open()) };
}

function deflated(text: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(text, { objectMode: false });
  const packed = createDeflateRaw();
  source.once('error', (error) => packed.destroy(error));
  packed.once('close', () => source.destroy());
  return source.pipe(packed);
}
