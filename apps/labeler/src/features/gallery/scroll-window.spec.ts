import { describe, expect, it } from 'vitest';
import { scrolledTo, scrollWindow } from './scroll-window.js';

const VIEW = { viewport: 800, rowHeight: 200 };

describe('the window of rows', () => {
  it('holds what is seen and a row more on each side', () => {
    expect(scrollWindow({ ...VIEW, rows: 100, scrolled: -300 })).toEqual({ height: 20_000, first: 0, end: 5, offset: 0 });
    expect(scrollWindow({ ...VIEW, rows: 100, scrolled: 2_050 })).toEqual({ height: 20_000, first: 9, end: 16, offset: 1_800 });
    expect(scrollWindow({ ...VIEW, rows: 100, scrolled: 99_999 })).toMatchObject({ first: 95, end: 100, offset: 19_000 });
    expect(scrollWindow({ ...VIEW, rows: 0, scrolled: 0 })).toEqual({ height: 0, first: 0, end: 0, offset: 0 });
  });

  it('reaches every row of a list that is taller than a browser can draw, from the first to the last', () => {
    const rows = 400_000;
    const top = scrollWindow({ ...VIEW, rows, scrolled: 0 });
    expect(top).toMatchObject({ height: 12_000_000, first: 0, offset: 0 });
    const bottom = scrollWindow({ ...VIEW, rows, scrolled: top.height - VIEW.viewport });
    expect(bottom.end).toBe(rows);
    // The last row ends where the list does.
    expect(bottom.offset + (rows - bottom.first) * VIEW.rowHeight).toBeCloseTo(top.height, 3);
    for (const row of [1, 777, 123_456, 399_990]) {
      const scrolled = scrolledTo(row, { ...VIEW, rows });
      const { first, offset } = scrollWindow({ ...VIEW, rows, scrolled: scrolled + 1e-6 });
      expect(first).toBe(row - 1);
      // Drawn at the top edge of what is seen.
      expect(offset + VIEW.rowHeight).toBeCloseTo(scrolled, 3);
    }
  });
});
