import { describe, expect, it } from 'vitest';
import { crc32 } from 'node:zlib';
import { DirectoryLines } from './directory-lines.js';
import { EntryTally } from './entry-tally.js';
import { streamedZip } from './planned-zip.js';
import { centralHeader, endRecords, placedAt } from './zip-headers.js';
import { zipEntry } from './zip-entry.js';

const entry = (name: string, text: string): { name: string; sizeBytes: number; crc32: number; open: () => Uint8Array[] } => {
  const bytes = new TextEncoder().encode(text);
  return { name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] };
};
const ENTRIES = [entry('images/가.jpg', 'one'), entry('images/b.jpg', ''), entry('c.json', '{}'.repeat(500))];

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('a tally of entries', () => {
  it('knows where what follows begins, so that an archive can be gone on with', async () => {
    const whole = await bytesOf(streamedZip((async function* () { yield* ENTRIES; })()));
    const tally = new EntryTally();
    const directory = new DirectoryLines();
    const parts: Buffer[] = [];
    for (const one of ENTRIES) {
      parts.push(await bytesOf(zipEntry(one, tally.bytes)));
      directory.add(centralHeader(placedAt(one, tally.bytes)));
      tally.add(one);
      expect(Buffer.concat(parts).length).toBe(tally.bytes);
    }
    expect(directory.bytes).toBe(tally.directoryBytes);
    const end = endRecords({ count: tally.count, offset: tally.bytes, directoryBytes: tally.directoryBytes });
    expect(Buffer.concat([...parts, ...directory.blocks(), end]).equals(whole)).toBe(true);
  });

  it('differs by name, size, CRC and order', () => {
    const digestOf = (entries: readonly Omit<(typeof ENTRIES)[number], 'open'>[]): string => {
      const tally = new EntryTally();
      for (const one of entries) tally.add(one);
      return tally.digest();
    };
    const [first, second, third] = ENTRIES as [(typeof ENTRIES)[number], (typeof ENTRIES)[number], (typeof ENTRIES)[number]];
    const others = [[second, first, third], [first, second], [{ ...first, crc32: 1 }, second, third], [{ ...first, sizeBytes: 4 }, second, third], [{ ...first, name: 'x' }, second, third]];
    const digests = [ENTRIES, ...others].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf([...ENTRIES])).toBe(digests[0]);
  });
});
