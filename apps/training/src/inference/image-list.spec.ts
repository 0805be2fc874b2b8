import { describe, expect, it } from 'vitest';
import { ahead } from './image-list.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let index = 0; index < count; index += 1) yield await Promise.resolve(index);
}

describe('work ahead', () => {
  it('goes on for some at a time and is given out in order', async () => {
    let [running, most] = [0, 0];
    const work = async (item: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
      running -= 1;
      return item;
    };
    const found: number[] = [];
    for await (const item of ahead(numbers(20), 4, work)) found.push(item);
    expect(found).toEqual([...Array(20).keys()]);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });

  it('fails where the work of an item does, in its turn, and leaves nothing running', async () => {
    const done: number[] = [];
    const work = async (item: number): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (item === 2) throw new Error('two');
      done.push(item);
      return item;
    };
    const found: number[] = [];
    await expect(async () => {
      for await (const item of ahead(numbers(10), 4, work)) found.push(item);
    }).rejects.toThrow('two');
    expect(found).toEqual([0, 1]);
    const settled = done.length;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(done).toHaveLength(settled);
  });
});
