import { createTestDatabase, type TestDatabase } from '@app/testing';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booleanArray, bytesArray, integerArray, textArray } from './binary-arrays.js';

/** What Postgres reads of them is what went in. */
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function read(type: string, array: Buffer): Promise<unknown> {
  return (await pool.query<{ given: unknown }>(`select $1::${type} as given`, [array])).rows[0]?.given;
}

const integers = fc.array(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }));
/** Postgres has no NUL in texts; a half of a surrogate pair is no character. */
const texts = fc.array(fc.option(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))));
const bytes = fc.array(fc.option(fc.uint8Array().map((some) => Buffer.from(some).toString('hex'))));

describe('arrays in binary format', () => {
  it('arrive as they are', async () => {
    await fc.assert(
      fc.asyncProperty(integers, fc.array(fc.boolean()), texts, bytes, async (ints, booleans, words, hexes) => {
        expect(await read('int[]', integerArray(ints))).toEqual(ints);
        expect(await read('boolean[]', booleanArray(booleans))).toEqual(booleans);
        expect(await read('text[]', textArray(words))).toEqual(words);
        expect(await read('bytea[]', bytesArray(hexes))).toEqual(hexes.map((hex) => (hex === null ? null : Buffer.from(hex, 'hex'))));
      }),
      { numRuns: 100 },
    );
  });

  it('keep what quotes and braces mean to an array that is written as text', async () => {
    const awkward = ['{"a":"b\\"c"}', 'null', 'NULL', '', '{}', ',', '\\', '한글 🙂', null];
    expect(await read('text[]', textArray(awkward))).toEqual(awkward);
  });

  it('refuse a number that no int holds, before anything is sent', () => {
    expect(() => integerArray([2_147_483_648])).toThrow(RangeError);
  });
});
