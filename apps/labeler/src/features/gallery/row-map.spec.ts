import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkSizeFor, RowMap } from './row-map.js';

const map = (lastNumber: number, columns: number, counts: ReadonlyMap<number, number> = new Map()): RowMap => new RowMap({ lastNumber, columns, chunkSize: chunkSizeFor(columns), counts });

describe('the rows of a numbered gallery', () => {
  it('are as many as a million images need, before one was read', () => {
    expect(map(1_000_000, 7).rowCount).toBe(Math.ceil(1_000_000 / 7));
    expect(map(0, 7).rowCount).toBe(0);
    expect(map(1, 7).rowCount).toBe(1);
  });

  it('become fewer where images were deleted, and the place of a row stays the place', () => {
    const size = chunkSizeFor(5);
    const before = map(1_000, 5);
    const after = map(1_000, 5, new Map([[0, 6], [1, 0]]));
    expect(after.rowCount).toBe(before.rowCount - (size / 5 - 2) - size / 5);
    expect(after.place(0)).toEqual({ chunk: 0, rowInChunk: 0 });
    expect(after.place(2)).toEqual({ chunk: 2, rowInChunk: 0 });
    expect(after.rowAt({ chunk: 0, rowInChunk: 20 })).toBe(1);
  });

  it('lead back and forth between row and place, whatever was deleted', () => {
    const counts = fc.uniqueArray(fc.tuple(fc.nat(40), fc.nat(120)), { selector: ([chunk]) => chunk, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), fc.integer({ min: 2, max: 9 }), counts, (last, columns, known) => {
        const size = chunkSizeFor(columns);
        const rows = new RowMap({ lastNumber: last, columns, chunkSize: size, counts: new Map(known.map(([chunk, count]) => [chunk, Math.min(count, size)])) });
        const wrong = Array.from({ length: rows.rowCount }, (_, row) => row).filter((row) => {
          const place = rows.place(row);
          return place.rowInChunk >= Math.ceil(rows.slotsOf(place.chunk) / columns) || rows.rowAt(place) !== row;
        });
        expect(wrong).toEqual([]);
      }),
    );
  });

  it('find an image by its number, by the numbers that are there where they are known', () => {
    const size = chunkSizeFor(5);
    expect(map(1_000, 5).rowOfNumber(size + 6)).toBe(size / 5 + 1);
    const numbers = [1, 2, 3, 50, 51, 52];
    expect(map(1_000, 5, new Map([[0, 6]])).rowOfNumber(52, numbers)).toBe(1);
    expect(map(1_000, 5, new Map([[0, 6]])).rowOfNumber(40, numbers)).toBe(0);
  });
});
