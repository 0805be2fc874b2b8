import { describe, expect, it } from 'vitest';
import { batchSizeFor, shardsOf } from './batch-size.js';

describe('the size of a batch', () => {
  it('is what was asked for, as far as there are images', () => {
    expect([batchSizeFor(64, 8000), batchSizeFor(16, 320), batchSizeFor(64, 5)]).toEqual([64, 16, 5]);
  });

  it('is chosen so that a pass has some twenty steps, within bounds', () => {
    expect([3, 100, 320, 700, 2000, 8000, 1e6].map((images) => batchSizeFor(0, images))).toEqual([3, 8, 16, 32, 64, 64, 64]);
  });

  it('goes into equal parts of two images at least', () => {
    expect(shardsOf(8, 1)).toEqual({ size: 8, shards: 1 });
    expect(shardsOf(8, 2)).toEqual({ size: 8, shards: 2 });
    expect(shardsOf(10, 4)).toEqual({ size: 8, shards: 4 });
    expect(shardsOf(5, 16)).toEqual({ size: 4, shards: 2 });
    expect(shardsOf(1, 16)).toEqual({ size: 1, shards: 1 });
  });
});
