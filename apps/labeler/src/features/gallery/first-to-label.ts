import type { ImageItem } from '../../api/types.js';
import type { GallerySearch } from './gallery-search.js';

type FirstOf = (search: GallerySearch) => Promise<{ readonly items: readonly ImageItem[] }>;

/** The first image of the filter that is not labelled; where all are (or the filter asks for others), the first. Null: there is none. */
export async function firstToLabel(firstOf: FirstOf, search: GallerySearch): Promise<ImageItem | null> {
  if (search.status === undefined) {
    const open = (await firstOf({ ...search, status: 'unlabeled' })).items[0];
    if (open !== undefined) return open;
  }
  return (await firstOf(search)).items[0] ?? null;
}
