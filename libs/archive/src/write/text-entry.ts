import { createDeflateRaw, crc32 } from 'node:zlib';
import { Readable } from 'node:stream';
import type { PlannedEntry } from './planned-zip.js';

/**
 * A deflated entry of a text that can be larger than memory. It is read twice, once to measure and once to write, as the head of an entry says its size:
 * `open` gives the same bytes each time.
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
  for await (const chunk of deflated(measured())) deflatedBytes += chunk.byteLength;
  return { name, sizeBytes, crc32: crc, deflatedBytes, open: () => deflated(open()) };
}

function deflated(text: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(text, { objectMode: false });
  const packed = createDeflateRaw();
  source.once('error', (error) => packed.destroy(error));
  packed.once('close', () => source.destroy());
  return source.pipe(packed);
}
