import { describe, expect, it } from 'vitest';
import { figuresOf } from './figure-middles.js';

const map = (...rows: string[]): Uint8Array => Uint8Array.from(rows.join(''), (mark) => (mark === '.' ? 0 : mark === '*' ? 255 : Number(mark)));

describe('figures of a label map', () => {
  it('are pieces of one value, with their middles', () => {
    const figures = figuresOf(map('11..2', '11..2', '.....', '2...*', '2.33*'), 5, 3);
    expect(figures).toEqual([
      { value: 1, x: 0.5, y: 0.5, area: 4 },
      { value: 2, x: 4, y: 0.5, area: 2 },
      { value: 2, x: 0, y: 3.5, area: 2 },
      { value: 3, x: 2.5, y: 4, area: 2 },
    ]);
  });

  it('do not hang together over corners or over the border', () => {
    expect(figuresOf(map('..1', '1..', '.1.'), 3, 3)).toHaveLength(3);
    expect(figuresOf(map('111', '.1.', '111'), 3, 3)).toMatchObject([{ area: 7, x: 1, y: 1 }]);
    expect(figuresOf(map('...', '...', '...'), 3, 3)).toEqual([]);
  });
});
