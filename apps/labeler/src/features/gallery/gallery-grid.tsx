import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useId, useLayoutEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, ImageItem } from '../../api/types.js';
import type { GalleryRows, RowRange } from './gallery-rows.js';
import classes from './gallery.module.css';
import { ImageTile, type TileActions } from './image-tile.js';
import type { RowMap } from './row-map.js';
import { useGridKeys } from './use-grid-keys.js';
import { useScrollWindow } from './use-scroll-window.js';
import type { GallerySelection } from './use-selection.js';

/** So long nothing may move before images are asked for. */
const REST_MILLISECONDS = 80;
const GAP = 8;
const CAPTION = 24;
/** Near this width a tile; smaller where the window is narrow. */
const tileFor = (width: number): number => (width < 520 ? 108 : 164);

export const columnsFor = (width: number): number => Math.max(2, Math.floor((width + GAP) / (tileFor(width) + GAP)));

interface GridProps extends TileActions {
  readonly dataset: Dataset;
  readonly rows: GalleryRows;
  readonly columns: number;
  readonly width: number;
  readonly selection: GallerySelection;
  readonly withLabels: boolean;
  /** The images are looked at for what models propose. */
  readonly withSuggestions: boolean;
  readonly hrefOf: (image: ImageItem) => string;
  readonly onRest: (range: RowRange) => void;
  readonly onSeen: (range: { readonly from: number; readonly to: number } | null) => void;
  readonly onDelete: () => void;
}

/** The rows that are seen, of as many as there are. The grid itself has the focus, so that it stays where it is when rows come and go. */
export function GalleryGrid({ dataset, rows, columns, width, selection, withLabels, withSuggestions, hrefOf, onRest, onSeen, onDelete, ...actions }: GridProps): ReactElement {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const base = useId();
  const tile = (width - GAP * (columns - 1)) / columns;
  const rowHeight = Math.floor(tile) + CAPTION + GAP;
  const { window: seen, show } = useScrollWindow(list, { rows: rows.rowCount, rowHeight });
  const [rested] = useDebouncedValue(`${seen.first} ${seen.end}`, REST_MILLISECONDS);
  const [restFirst = 0, restEnd = 0] = rested.split(' ').map(Number);
  const keys = useGridKeys({ rows, show, selection, onOpen: actions.onOpen, onDelete, rowsOnScreen: Math.max(1, seen.end - seen.first - 3) });
  useEffect(() => onRest({ first: restFirst, end: restEnd }), [restFirst, restEnd, onRest]);
  useKeptPlace(rows.map, seen.first, rowHeight);
  const indices = Array.from({ length: seen.end - seen.first }, (_, index) => seen.first + index);
  const images = indices.flatMap((index) => rows.row(index).filter((image) => image !== null));
  const [from, to] = [images[0]?.id ?? null, images.at(-1)?.id ?? null];
  useEffect(() => onSeen(from === null || to === null ? null : { from, to }), [from, to, onSeen]);
  const cellId = (row: number, column: number): string => `${base}-${row}-${column}`;
  const active = keys.active;
  const isActiveShown = active !== null && active.row >= seen.first && active.row < seen.end;
  return (
    <div
      ref={list}
      role="grid"
      tabIndex={0}
      aria-label={t('gallery.grid', { name: dataset.name })}
      aria-description={t('gallery.keys')}
      aria-multiselectable="true"
      aria-rowcount={rows.count.isAll ? rows.rowCount : -1}
      aria-colcount={columns}
      aria-activedescendant={isActiveShown ? cellId(active.row, active.column) : undefined}
      className={classes.grid}
      style={{ height: seen.height }}
      onKeyDown={keys.onKeyDown}
      onFocus={keys.onFocus}
    >
      <div className={classes.rows} role="presentation" style={{ transform: `translateY(${seen.offset}px)` }}>
        {indices.map((row) => (
          <div key={row} role="row" aria-rowindex={row + 1} className={classes.row} style={{ height: rowHeight, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
            {rows.row(row).map((image, column) =>
              image === null ? (
                <div key={column} role="gridcell" aria-label={t('app.loading')} className={classes.waiting} />
              ) : (
                <ImageTile
                  key={image.id}
                  dataset={dataset}
                  image={image}
                  id={cellId(row, column)}
                  href={hrefOf(image)}
                  isSelected={selection.ids.has(image.id)}
                  isActive={active?.row === row && active.column === column}
                  isRested={row >= restFirst && row < restEnd}
                  withLabels={withLabels}
                  withSuggestions={withSuggestions}
                  {...actions}
                />
              ),
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Rows above that turn out to be fewer than they were thought to be must not carry away what is looked at. */
function useKeptPlace(map: RowMap | null, first: number, rowHeight: number): void {
  const before = useRef({ map, first });
  useLayoutEffect(() => {
    const old = before.current;
    before.current = { map, first };
    if (map === null || old.map === null || old.map === map || !map.isDividedLike(old.map)) return;
    const shift = map.rowAt(old.map.place(old.first)) - old.first;
    if (shift !== 0) window.scrollBy({ top: shift * rowHeight });
  }, [map, first, rowHeight]);
}
