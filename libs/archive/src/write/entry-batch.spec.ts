import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchDirectory, entryOf, type EntryBatch } from './entry-batch.js';
import { EntryTally } from './entry-tally.js';
import { centralHeader, placedAt, placedBytes, type EntryFacts } from './zip-headers.js';

function batchOf(entries: readonly EntryFacts[]): EntryBatch {
  // Other bytes stand around the names, as in an answer of the database.
  const names = entries.map(({ name }) => Buffer.from(`\u0001${name}"`));
  let end = 0;
  const ends = names.map((name) => (end += name.length));
  return {
    ...{ count: entries.length, bytes: Buffer.concat(names), nameStarts: Uint32Array.from(ends.map((one, index) => one - (names[index]?.length ?? 0) + 1)), nameEnds: Uint32Array.from(ends.map((one) => one - 1)) },
    ...{ sizes: Float64Array.from(entries.map((one) => one.sizeBytes)), crcs: Uint32Array.from(entries.map((one) => one.crc32)) },
  };
}

const size = fc.oneof(fc.nat(100_000), fc.constantFrom(0xfffffffe, 0xffffffff, 0x100000000, 2 ** 40));
const entry = fc.record({ name: fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' })), sizeBytes: size, crc32: fc.nat(0xffffffff) });

describe('entries in columns', () => {
  it('are counted, hashed and listed like entries one by one, whatever their names and sizes', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.nat(8), (entries, cut) => {
        const [one, other] = [new EntryTally(), new EntryTally()];
        const batch = batchOf(entries);
        const at = Math.min(cut, entries.length);
        const lines: Buffer[] = [];
        for (const facts of entries) {
          lines.push(centralHeader(placedAt(facts, one.bytes)));
          one.add(facts);
        }
        other.addBatch(batch, 0, at);
        other.addBatch(batch, at);
        expect([other.count, other.bytes, other.directoryBytes, other.digest()]).toEqual([one.count, one.bytes, one.directoryBytes, one.digest()]);
        expect(entries.map((_, index) => entryOf(batch, index))).toEqual(entries);
        const directory = new BatchDirectory();
        const listed = [entries.slice(0, at), entries.slice(at)].map((some) => Buffer.from(directory.next(batchOf(some))));
        expect(Buffer.concat(listed).equals(Buffer.concat(lines))).toBe(true);
        expect([directory.offset, Buffer.concat(listed).length]).toEqual([entries.reduce((sum, facts) => sum + placedBytes(facts), 0), one.directoryBytes]);
      }),
      { numRuns: 500 },
    );
  });

  it('know their places behind other ones, beyond 4 GiB too', () => {
    const entries = [{ name: 'a', sizeBytes: 10, crc32: 1 }, { name: '나', sizeBytes: 20, crc32: 2 }];
    const far = 2 ** 33;
    const lines = [centralHeader(placedAt({ name: 'a', sizeBytes: 10, crc32: 1 }, far)), centralHeader(placedAt({ name: '나', sizeBytes: 20, crc32: 2 }, far + 41))];
    const directory = new BatchDirectory(far);
    expect(directory.next(batchOf(entries)).equals(Buffer.concat(lines))).toBe(true);
    expect(directory.offset).toBe(far + 41 + 53);
  });
});
