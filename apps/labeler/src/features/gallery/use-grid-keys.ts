import { useRef, useState, type KeyboardEvent } from 'react';
import type { ImageItem } from '../../api/types.js';
import type { GalleryRows } from './gallery-rows.js';
import { moved, type Cell } from './grid-moves.js';
import type { GallerySelection } from './use-selection.js';

interface KeyOptions {
  readonly rows: GalleryRows;
  readonly show: (row: number) => void;
  readonly selection: GallerySelection;
  readonly rowsOnScreen: number;
  readonly onOpen: (image: ImageItem) => void;
  readonly onDelete: () => void;
}

interface GridKeys {
  readonly active: Cell | null;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
}

/** The gallery by keyboard alone. Keys by place, so that a Korean input method changes nothing. */
export function useGridKeys({ rows, show, selection, rowsOnScreen, onOpen, onDelete }: KeyOptions): GridKeys {
  const [active, setActive] = useState<Cell | null>(null);
  const latest = useRef(active);
  latest.current = active;
  const imageAt = (cell: Cell | null): ImageItem | null => (cell === null ? null : (rows.row(cell.row)[cell.column] ?? null));
  const go = (cell: Cell, isRange: boolean): void => {
    // A range begins where one stood.
    const from = imageAt(latest.current);
    if (isRange && selection.anchor === null && from !== null) selection.toggle(from);
    latest.current = cell;
    setActive(cell);
    show(cell.row);
    const image = imageAt(cell);
    if (isRange && image !== null) selection.extendTo(image);
  };
  const act = (event: KeyboardEvent): boolean => {
    const image = imageAt(latest.current);
    switch (event.code) {
      case 'Space':
        if (image !== null) selection.toggle(image);
        return true;
      case 'Enter':
      case 'NumpadEnter':
        if (image !== null) onOpen(image);
        return true;
      case 'Delete':
        if (selection.ids.size > 0) onDelete();
        return true;
      case 'Escape':
        selection.clear();
        return true;
      case 'KeyA':
        if (!event.ctrlKey && !event.metaKey) return false;
        selection.selectAll();
        return true;
      default:
        return false;
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.altKey) return;
    const next = moved(latest.current, event, { rowCount: rows.rowCount, rowsOnScreen, lengthOf: (row) => rows.row(row).length });
    if (next !== null) go(next, event.shiftKey);
    if (next !== null || act(event)) event.preventDefault();
  };
  const onFocus = (): void => {
    if (latest.current === null) setActive({ row: 0, column: 0 });
  };
  return { active, onKeyDown, onFocus };
}
