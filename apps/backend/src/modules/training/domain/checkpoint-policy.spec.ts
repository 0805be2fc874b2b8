import { describe, expect, it } from 'vitest';
import { isKept, policyOf } from './checkpoint-policy.js';

const kept = (hyperparameters: Record<string, string | number>, best: number | null): number[] =>
  [1, 2, 3, 4, 5, 6, 7, 8].filter((epoch) => isKept(policyOf(hyperparameters), epoch, { best, lastState: 7 }));

describe('which checkpoints stay', () => {
  it.each([
    [{ keep: 'all' }, 3, [1, 2, 3, 4, 5, 6, 7, 8]],
    [{}, 3, [1, 2, 3, 4, 5, 6, 7, 8]],
    [{ keep: 'best+last', keep_every: 2 }, 3, [3, 7, 8]],
    [{ keep: 'best+last' }, null, [7, 8]],
    [{ keep: 'every-k', keep_every: 2 }, 3, [2, 3, 4, 6, 7, 8]],
    [{ keep: 'every-k', keep_every: 5 }, 1, [1, 5, 7, 8]],
  ])('%j, best %s', (hyperparameters, best, epochs) => {
    expect(kept(hyperparameters, best)).toEqual(epochs);
  });
});
