export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface GridShape {
  readonly rowCount: number;
  readonly rowsOnScreen: number;
  readonly lengthOf: (row: number) => number;
}

interface Key {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** Where a key leads from a cell; null for a key that leads nowhere. */
export function moved(from: Cell | null, key: Key, shape: GridShape): Cell | null {
  const start = from ?? { row: 0, column: 0 };
  const far = key.ctrlKey || key.metaKey;
  const target = targetOf(start, key.code, far, shape);
  if (target === null || shape.rowCount === 0) return null;
  const row = Math.max(0, Math.min(shape.rowCount - 1, target.row));
  return { row, column: Math.max(0, Math.min(target.column, shape.lengthOf(row) - 1)) };
}

function targetOf({ row, column }: Cell, code: string, far: boolean, shape: GridShape): Cell | null {
  switch (code) {
    case 'ArrowLeft':
      return before({ row, column }, shape);
    case 'ArrowRight':
      return behind({ row, column }, shape);
    case 'ArrowUp':
      return { row: row - 1, column };
    case 'ArrowDown':
      return { row: row + 1, column };
    case 'PageUp':
      return { row: row - shape.rowsOnScreen, column };
    case 'PageDown':
      return { row: row + shape.rowsOnScreen, column };
    case 'Home':
      return { row: far ? 0 : row, column: 0 };
    case 'End':
      return { row: far ? shape.rowCount - 1 : row, column: Number.MAX_SAFE_INTEGER };
    default:
      return null;
  }
}

function before({ row, column }: Cell, shape: GridShape): Cell {
  if (column > 0) return { row, column: column - 1 };
  return row === 0 ? { row, column } : { row: row - 1, column: shape.lengthOf(row - 1) - 1 };
}

function behind({ row, column }: Cell, shape: GridShape): Cell {
  if (column < shape.lengthOf(row) - 1) return { row, column: column + 1 };
  return row === shape.rowCount - 1 ? { row, column } : { row: row + 1, column: 0 };
}
