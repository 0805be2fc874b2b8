import { describe, expect, it } from 'vitest';
import { chainFault } from './check-history.js';
import { merged } from './merge.js';

async function* from(...items: string[]): AsyncIterable<string> {
  yield* items;
  await Promise.resolve();
}
const key = (item: string): string => item;

async function pairs(left: string[], right: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const pair of merged({ items: from(...left), key }, { items: from(...right), key })) found.push(`${pair.left ?? '-'}${pair.right ?? '-'}`);
  return found;
}

describe('two sequences side by side', () => {
  it('pairs equal keys and shows what one of them lacks', async () => {
    expect(await pairs(['a', 'c', 'd'], ['b', 'c', 'e'])).toEqual(['a-', '-b', 'cc', 'd-', '-e']);
    expect(await pairs([], ['x'])).toEqual(['-x']);
    expect(await pairs(['x'], [])).toEqual(['x-']);
  });

  it('goes by bytes, as stores list', async () => {
    expect(await pairs(['Z', 'a', '\u{ff5e}', '\u{1f600}'], ['Z', '\u{1f600}'])).toEqual(['ZZ', 'a-', '\u{ff5e}-', '\u{1f600}\u{1f600}']);
  });
});

describe('the history of an image', () => {
  const whole = { number: 1, revision: 4, entries: 3, least: 2, most: 4, ordered: true };

  it('is a chain to its head', () => {
    expect(chainFault(whole)).toBeNull();
    expect(chainFault({ ...whole, revision: 1, entries: 0, least: null, most: null })).toBeNull();
  });

  it.each([{ entries: 2 }, { most: 3 }, { least: 3, entries: 2 }, { ordered: false }, { entries: 0, least: null, most: null }])('is broken: %o', (fault) => {
    expect(chainFault({ ...whole, ...fault })).not.toBeNull();
  });
});
