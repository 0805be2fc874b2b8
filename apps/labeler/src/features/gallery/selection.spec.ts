import { describe, expect, it } from 'vitest';
import { extended, NOTHING_SELECTED, toggled, without } from './selection.js';

describe('the selection', () => {
  it('takes and leaves one', () => {
    const one = toggled(NOTHING_SELECTED, 5);
    expect([...one.ids]).toEqual([5]);
    expect(toggled(one, 5)).toEqual({ ids: new Set(), anchor: 5 });
  });

  it('adds a range from where it began, which stays its beginning', () => {
    const range = extended(toggled(NOTHING_SELECTED, 5), [5, 6, 7]);
    expect(range).toEqual({ ids: new Set([5, 6, 7]), anchor: 5 });
    expect(extended(NOTHING_SELECTED, [3, 4]).anchor).toBe(3);
  });

  it('forgets what was deleted', () => {
    const range = extended(toggled(NOTHING_SELECTED, 5), [5, 6, 7]);
    expect(without(range, [5, 7])).toEqual({ ids: new Set([6]), anchor: null });
  });
});
