import { describe, expect, it } from 'vitest';
import { moved, type Cell } from './grid-moves.js';

/** Three rows of four, the last of two. */
const SHAPE = { rowCount: 3, rowsOnScreen: 2, lengthOf: (row: number) => (row === 2 ? 2 : 4) };
const go = (from: Cell | null, code: string, ctrlKey = false): Cell | null => moved(from, { code, ctrlKey, metaKey: false }, SHAPE);

describe('moves in the grid', () => {
  it.each<[string, Cell, Cell]>([
    ['ArrowRight', { row: 0, column: 3 }, { row: 1, column: 0 }],
    ['ArrowLeft', { row: 1, column: 0 }, { row: 0, column: 3 }],
    ['ArrowLeft', { row: 0, column: 0 }, { row: 0, column: 0 }],
    ['ArrowRight', { row: 2, column: 1 }, { row: 2, column: 1 }],
    ['ArrowDown', { row: 1, column: 3 }, { row: 2, column: 1 }],
    ['ArrowUp', { row: 0, column: 2 }, { row: 0, column: 2 }],
    ['PageDown', { row: 0, column: 0 }, { row: 2, column: 0 }],
    ['Home', { row: 1, column: 2 }, { row: 1, column: 0 }],
    ['End', { row: 1, column: 2 }, { row: 1, column: 3 }],
  ])('%s leads from %j to %j', (code, from, to) => {
    expect(go(from, code)).toEqual(to);
  });

  it('lead to both ends, and other keys nowhere', () => {
    expect(go({ row: 1, column: 2 }, 'End', true)).toEqual({ row: 2, column: 1 });
    expect(go({ row: 1, column: 2 }, 'Home', true)).toEqual({ row: 0, column: 0 });
    expect(go(null, 'ArrowRight')).toEqual({ row: 0, column: 1 });
    expect(go({ row: 0, column: 0 }, 'KeyX')).toBeNull();
    expect(moved(null, { code: 'ArrowDown', ctrlKey: false, metaKey: false }, { rowCount: 0, rowsOnScreen: 1, lengthOf: () => 0 })).toBeNull();
  });
});
