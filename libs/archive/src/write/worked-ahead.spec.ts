import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { workedAhead, type Work } from './worked-ahead.js';

async function collected(work: readonly Work<number>[], ahead: number): Promise<number[]> {
  const all: number[] = [];
  for await (const one of workedAhead(each(work), ahead)) all.push(one);
  return all;
}

async function* each<T>(items: readonly T[]): AsyncIterable<T> {
  for (const item of items) yield await Promise.resolve(item);
}

describe('workedAhead', () => {
  it('gives results in order, with so many under way at a time', async () => {
    let [running, most] = [0, 0];
    const work = Array.from({ length: 20 }, (_, at): Work<number> => ({
      alone: false,
      run: async () => {
        most = Math.max(most, (running += 1));
        await sleep((20 - at) % 7);
        running -= 1;
        return at;
      },
    }));
    expect(await collected(work, 4)).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(most).toBe(5);
  });

  it('looks at nothing behind what is alone before its result was taken', async () => {
    const seen: string[] = [];
    const source = async function* (): AsyncIterable<Work<number>> {
      for (const [at, alone] of [false, true, false].entries()) {
        seen.push(`asked ${at}`);
        yield await Promise.resolve({ alone, run: () => Promise.resolve(at) });
      }
    };
    for await (const result of workedAhead(source(), 8)) seen.push(`got ${result}`);
    expect(seen).toEqual(['asked 0', 'asked 1', 'got 0', 'got 1', 'asked 2', 'got 2']);
  });

  it('throws in its turn, and waits for what was begun when the reader stops', async () => {
    let ended = false;
    const work: Work<number>[] = [
      { alone: false, run: () => Promise.resolve(1) },
      { alone: false, run: () => Promise.reject(new Error('the second')) },
      { alone: false, run: () => sleep(20).then(() => ((ended = true), 3)) },
    ];
    const got: number[] = [];
    const read = async (): Promise<void> => {
      for await (const one of workedAhead(each(work), 8)) got.push(one);
    };
    await expect(read()).rejects.toThrow('the second');
    expect([got, ended]).toEqual([[1], true]);
  });
});
