import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabelsAhead } from './labels-ahead.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('labels that are fetched ahead', () => {
  const asked: number[] = [];
  const make = (fails = false): LabelsAhead => {
    asked.length = 0;
    return new LabelsAhead(async (id) => {
      asked.push(id);
      await Promise.resolve();
      if (fails) throw new Error('no network');
      return { id };
    });
  };

  it('are there at once, once, and asked for no more than once', async () => {
    const ahead = make();
    ahead.prefetch([1, 2]);
    ahead.prefetch([1, 2]);
    await vi.advanceTimersByTimeAsync(0);
    expect([ahead.take(1), ahead.take(1), ahead.take(2), asked]).toEqual([{ id: 1 }, null, { id: 2 }, [1, 2]]);
  });

  it('are not shown when they are old, and a failure is nobody\'s matter until somebody asks', async () => {
    const ahead = make();
    ahead.prefetch([1]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ahead.take(1)).toBeNull();
    const failing = make(true);
    failing.prefetch([1]);
    await vi.advanceTimersByTimeAsync(0);
    expect(failing.take(1)).toBeNull();
    await expect(failing.load(1)).rejects.toThrow('no network');
  });
});
