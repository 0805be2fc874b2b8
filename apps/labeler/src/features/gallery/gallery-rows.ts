import type { ImageItem } from '../../api/types.js';
import type { RowMap } from './row-map.js';

/** Rows of images, however they are come by. */
export interface GalleryRows {
  readonly rowCount: number;
  /** The images of a row; null: it is not known yet. */
  readonly row: (index: number) => readonly (ImageItem | null)[];
  /** Where rows lie, to stay in place when some above turn out to be fewer; null where rows only come at the end. */
  readonly map: RowMap | null;
  readonly error: Error | null;
  readonly retry: () => void;
  /** How many are known, and whether that is all. */
  readonly count: { readonly images: number; readonly isAll: boolean };
}

/** `first` up to but not with `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

export function inRows<T>(items: readonly T[], columns: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, row) => items.slice(row * columns, (row + 1) * columns));
}
