import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlannedEntry, plannedZip, streamedZip } from './planned-zip.js';
import { storedEntry } from './zip-entry.js';

async function* oneByOne(entries: readonly PlannedEntry[]): AsyncIterable<PlannedEntry> {
  for (const entry of entries) yield await Promise.resolve(entry);
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const entryOf = (name: string, bytes: Uint8Array): PlannedEntry => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes.subarray(0, 3), bytes.subarray(3)] });

describe('streamedZip', () => {
  it('gives the bytes of plannedZip', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.uint8Array())), async (given) => {
        const entries = given.map(([name, bytes]) => entryOf(name, bytes));
        expect(await bytesOf(streamedZip(oneByOne(entries)))).toEqual(await bytesOf(plannedZip(entries).stream()));
      }),
    );
  });

  it('gives them for a directory of several megabytes too', async () => {
    const entries = Array.from({ length: 20_000 }, (_, at) => entryOf(`images/${'long-'.repeat(20)}${at}`, Buffer.from(String(at))));
    expect((await bytesOf(streamedZip(oneByOne(entries)))).equals(await bytesOf(plannedZip(entries).stream()))).toBe(true);
  });

  it.each([
    ['fewer bytes', Buffer.from('abcde')],
    ['more bytes', Buffer.from('abcdefg')],
    ['other bytes', Buffer.from('abcdeX')],
  ])('breaks off at an entry that gives %s than were told', async (_, given) => {
    const entry = { ...entryOf('a', Buffer.from('abcdef')), open: () => [given] };
    await expect(bytesOf(streamedZip(oneByOne([entry])))).rejects.toThrow('entry a');
    expect(() => storedEntry(entryOf('a', Buffer.from('abcdef')), [given])).toThrow('entry a');
  });

  it('is begun by the same bytes where the data is in memory', async () => {
    const [bytes, pieces] = [Buffer.from('abcdef'), [Buffer.from('abc'), Buffer.from('def')]];
    const whole = await bytesOf(streamedZip(oneByOne([entryOf('가', bytes)])));
    const entry = storedEntry(entryOf('가', bytes), pieces);
    expect(whole.subarray(0, entry.length).equals(entry)).toBe(true);
    expect(whole.readUInt32LE(entry.length)).toBe(0x02014b50);
  });
});
