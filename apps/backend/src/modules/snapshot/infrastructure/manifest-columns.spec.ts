import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gzipped } from './gzipped.js';
import { manifestText } from './manifest-text.js';
import { manifestColumns, type ManifestRow } from './manifest-columns.js';

const HEAD = { datasetId: 'd', version: 2, parent: 1, position: 7, contentHash: 'sha256:x', createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'u', note: 'a "note"', zip: { key: 'k', sizeBytes: 5, sha256: 'f' } };
const row = fc.record({
  ...{ number: fc.integer({ min: 1, max: 2 ** 31 - 1 }), fileName: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'binary-ascii', minLength: 1 })), sizeBytes: fc.integer({ min: 0, max: 2 ** 50 }) },
  ...{ crc32: fc.nat(0xffffffff), sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')) },
  ...{ width: fc.nat(70_000), height: fc.nat(70_000), split: fc.constantFrom(null, 'train', 'val', 'test') },
});

async function textOf(batches: readonly (readonly ManifestRow[])[]): Promise<string> {
  const pieces: Uint8Array[] = [];
  const columns = async function* (): AsyncIterable<ReturnType<typeof manifestColumns>> {
    for (const rows of batches) yield await Promise.resolve(manifestColumns(rows));
  };
  for await (const piece of gzipped(manifestText(HEAD, columns()))) pieces.push(piece);
  return gunzipSync(Buffer.concat(pieces)).toString();
}

describe('a packed text', () => {
  it('ends with the error of whoever gives it, and lets go of it where its reader stops', async () => {
    let isLetGo = false;
    const text = async function* (error: Error | null): AsyncIterable<Uint8Array> {
      try {
        for (let turn = 0; turn < 1_000; turn += 1) {
          if (turn === 3 && error !== null) throw error;
          yield await Promise.resolve(randomBytes(50_000));
        }
      } finally {
        isLetGo = true;
      }
    };
    const read = async (): Promise<void> => {
      for await (const piece of gzipped(text(new Error('the rows are gone')))) expect(piece.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow('the rows are gone');
    isLetGo = false;
    for await (const piece of gzipped(text(null))) if (piece.length > 0) break;
    await expect.poll(() => isLetGo).toBe(true);
  });
});

describe('the text of a manifest', () => {
  it('is the JSON of its images, one a line, however they were gathered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 4 }), async (batches) => {
        const text = await textOf(batches);
        const entries = batches.flat().map(({ number, fileName, sizeBytes, crc32, ...facts }) => {
          return JSON.stringify({ id: number, file_name: fileName, key: null, size_bytes: sizeBytes, crc32: crc32.toString(16).padStart(8, '0'), sha256: facts.sha256, width: facts.width, height: facts.height, split: facts.split });
        });
        expect(text.slice(text.indexOf('"entries":['))).toBe(entries.length === 0 ? '"entries":[\n]}\n' : `"entries":[\n${entries.join(',\n')}\n]}\n`);
        expect(JSON.parse(text)).toMatchObject({ manifest_version: 1, version: 2, note: 'a "note"', zip: { size_bytes: 5 } });
      }),
      { numRuns: 300 },
    );
  });
});
