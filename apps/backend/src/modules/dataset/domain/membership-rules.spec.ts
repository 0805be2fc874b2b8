import { describe, expect, it } from 'vitest';
import { assertOwnerRemains } from './membership-rules.js';

describe('the owners of a dataset', () => {
  it('may change as long as one is left', () => {
    expect(() => assertOwnerRemains(['a', 'b'], { userId: 'a', becomes: null })).not.toThrow();
    expect(() => assertOwnerRemains(['a', 'b'], { userId: 'a', becomes: 'viewer' })).not.toThrow();
    expect(() => assertOwnerRemains(['a'], { userId: 'a', becomes: 'owner' })).not.toThrow();
    expect(() => assertOwnerRemains(['a'], { userId: 'c', becomes: null })).not.toThrow();
  });

  it('are never taken away to the last', () => {
    expect(() => assertOwnerRemains(['a'], { userId: 'a', becomes: null })).toThrow('only owner');
    expect(() => assertOwnerRemains(['a'], { userId: 'a', becomes: 'admin' })).toThrow('only owner');
  });
});
