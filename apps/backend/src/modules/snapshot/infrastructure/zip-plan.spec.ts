import { EntryTally } from '@app/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceEntries } from '../application/ports/snapshot-source.port.js';
import type { ZipBase } from '../domain/snapshot.repository.port.js';
import { manifestColumns, type ManifestRow } from './manifest-columns.js';
import { planZip } from './zip-plan.js';

const MEBIBYTE = 1024 * 1024;
const rowOf = (number: number): ManifestRow => ({ number, fileName: `images/${number}.jpg`, sizeBytes: MEBIBYTE + number, crc32: number * 7, sha256: '', width: 1, height: 1, split: null });
const ROWS = Array.from({ length: 30 }, (_, index) => rowOf(index * 2 + 1));

function tallyOf(rows: readonly ManifestRow[]): EntryTally {
  const tally = new EntryTally();
  for (const { fileName, sizeBytes, crc32 } of rows) tally.add({ name: fileName, sizeBytes, crc32 });
  return tally;
}

/** A zip that begins with so many of the rows, or with others of the same count. */
function baseOf(version: number, count: number, isAlike: boolean): ZipBase {
  const tally = tallyOf(isAlike ? ROWS.slice(0, count) : ROWS.slice(0, count).map((row) => ({ ...row, crc32: 1 })));
  return { version, key: `v${version}`, sizeBytes: tally.bytes, etag: '"etag"', region: { images: count, bytes: tally.bytes, digest: tally.digest(), sha256State: new Uint8Array(0) } };
}

/** The rows in batches of these sizes, in turns. */
function contentOf(sizes: readonly number[]): { imageEntries: () => AsyncIterable<SourceEntries> } {
  return {
    async *imageEntries() {
      for (let [at, turn] = [0, 0]; at < ROWS.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        yield await Promise.resolve(manifestColumns(ROWS.slice(at, at + size)));
        at += size;
      }
    },
  };
}

describe('the plan of a zip', () => {
  it('finds the zips that begin like it, the longest first, however its rows are gathered', async () => {
    const base = fc.record({ count: fc.integer({ min: 1, max: 33 }), isAlike: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(base, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 5 }), async (given, sizes) => {
        const bases = given.map(({ count, isAlike }, index) => baseOf(given.length - index, Math.min(count, ROWS.length), isAlike));
        const plan = await planZip(contentOf(sizes), bases);
        const whole = tallyOf(ROWS);
        expect([plan.images, plan.bytes, plan.directoryBytes, plan.digest]).toEqual([whole.count, whole.bytes, whole.directoryBytes, whole.digest()]);
        const usable = bases.filter((one) => one.region.bytes >= 5 * MEBIBYTE && one.region.digest === tallyOf(ROWS.slice(0, one.region.images)).digest());
        expect(new Set(plan.starts.map(({ base: { version } }) => version))).toEqual(new Set(usable.map(({ version }) => version)));
        expect(plan.starts.map((start) => start.base.region.images)).toEqual(usable.map((one) => one.region.images).sort((a, b) => b - a));
        for (const { base: { region }, lastNumber, lastEntry, lastOffset } of plan.starts) {
          const last = ROWS[region.images - 1];
          expect([lastNumber, lastEntry, lastOffset]).toEqual([last?.number, { name: last?.fileName, sizeBytes: last?.sizeBytes, crc32: last?.crc32 }, tallyOf(ROWS.slice(0, region.images - 1)).bytes]);
        }
      }),
    );
  });
});
