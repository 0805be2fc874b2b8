import { imagesAfter } from '../../api/image-queries.js';
import type { ImageItem, Page } from '../../api/types.js';
import type { GallerySearch } from './gallery-search.js';

/** No more are chosen at once: a change of them is still some tens of requests. */
export const MOST_SELECTED = 10_000;
const PAGE = 200;

export interface Walk {
  readonly datasetId: string;
  readonly search: GallerySearch;
  /** From and to this number, both included. */
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
  readonly onProgress: (count: number) => void;
}

type FetchPage = (after: number, limit: number) => Promise<Pick<Page<ImageItem>, 'items' | 'next_cursor'>>;

/** Every image between two numbers that matches, in order; cut at `MOST_SELECTED`. Throws what the request throws. */
export function walkImages({ datasetId, search, signal, ...walk }: Walk): Promise<{ readonly images: readonly ImageItem[]; readonly isCut: boolean }> {
  return walkPages((after, limit) => imagesAfter(datasetId, search, { after, limit }, signal), walk);
}

export async function walkPages(fetchPage: FetchPage, { from, to, onProgress }: Pick<Walk, 'from' | 'to' | 'onProgress'>): Promise<{ readonly images: readonly ImageItem[]; readonly isCut: boolean }> {
  const images: ImageItem[] = [];
  for (let after = from - 1; ; ) {
    const page = await fetchPage(after, PAGE);
    images.push(...page.items.filter((image) => image.id <= to));
    onProgress(Math.min(images.length, MOST_SELECTED));
    const last = page.items.at(-1)?.id;
    if (images.length > MOST_SELECTED) return { images: images.slice(0, MOST_SELECTED), isCut: true };
    if (page.next_cursor === null || last === undefined || last >= to) return { images, isCut: false };
    after = last;
  }
}
