import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSize, rangesInTurns, type RangeReader } from './ranges-in-turns.js';

/** What a database with these numbers answers: a line each, of this length. */
class Rows implements RangeReader {
  private isBusy = false;

  constructor(
    private readonly numbers: readonly number[],
    private readonly lineBytes: number,
    private readonly asked: string[],
  ) {}

  lines(select: string): AsyncIterable<Buffer> {
    if (this.isBusy) throw new Error('one statement at a time');
    this.isBusy = true;
    this.asked.push(select);
    const [, after = '', upTo = 'Infinity'] = /^number > (\d+)(?: and number <= (\d+))?$/.exec(select) ?? [];
    return this.answer(this.numbers.filter((number) => number > Number(after) && number <= Number(upTo)));
  }

  private async *answer(numbers: readonly number[]): AsyncIterable<Buffer> {
    for (const number of numbers) yield await Promise.resolve(Buffer.from(`${number}`.padEnd(this.lineBytes - 1) + '\n'));
    this.isBusy = false;
  }
}

async function read(numbers: readonly number[], { highest, readers = 2, lineBytes = 500 }: { highest: number; readers?: number; lineBytes?: number }): Promise<{ got: number[]; asked: string[] }> {
  const asked: string[] = [];
  const got: number[] = [];
  const rows = Array.from({ length: readers }, () => new Rows(numbers, lineBytes, asked));
  for await (const chunk of rangesInTurns(rows, highest, (condition) => condition)) got.push(Number(chunk.toString()));
  return { got, asked };
}

describe('rangesInTurns', () => {
  it('gives every row once and in order, whatever numbers are missing and whatever is said to be the highest', async () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60_000 }), { maxLength: 200 }).map((all) => all.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: 3 }), async (all, highest, readers) => {
        expect((await read(all, { highest, readers })).got).toEqual(all);
      }),
    );
  });

  it('asks the second reader before the first range is read', async () => {
    const asked: string[] = [];
    const rows = [1, 2].map(() => new Rows([1, 1_500], 100, asked));
    const ranges = rangesInTurns(rows, 50_000, (condition) => condition);
    await ranges.next();
    expect(asked).toEqual(['number > 0 and number <= 1000', 'number > 1000 and number <= 2000']);
    await ranges.return(undefined);
  });

  it('asks for fewer rows at once when they are long', async () => {
    const all = Array.from({ length: 6_000 }, (_, index) => index + 1);
    const [short, long] = [await read(all, { highest: 6_000, lineBytes: 100 }), await read(all, { highest: 6_000, lineBytes: 4_000 })];
    expect(short.asked.length).toBeLessThan(6);
    expect(long.asked.length).toBeGreaterThan(15);
    expect(long.got).toEqual(all);
  });
});

describe('nextSize', () => {
  it.each([
    ['as many as make a mebibyte', 1_000, 524_288, 2_000],
    ['fewer, when they were too long', 1_000, 10_485_760, 100],
    ['four times as many at most', 1_000, 0, 4_000],
    ['one at least', 1, 1_000_000_000, 1],
  ])('is %s', (_, size, bytes, expected) => expect(nextSize(size, bytes)).toBe(expected));
});
