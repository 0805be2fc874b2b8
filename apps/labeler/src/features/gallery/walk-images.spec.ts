import { describe, expect, it } from 'vitest';
import type { ImageItem } from '../../api/types.js';
import { MOST_SELECTED, walkPages } from './walk-images.js';

const image = (id: number): ImageItem => ({ id }) as ImageItem;

/** Images whose number is a multiple of three, some of them on a page that has none. */
function pages(last: number): (after: number, limit: number) => Promise<{ items: ImageItem[]; next_cursor: string | null }> {
  return (after, limit) => {
    const ids = Array.from({ length: limit }, (_, index) => (Math.floor(after / 3) + 1 + index) * 3).filter((id) => id <= last);
    return Promise.resolve({ items: ids.map(image), next_cursor: ids.length === limit ? 'more' : null });
  };
}

describe('a walk over the images', () => {
  it('takes those between two numbers, both included, over pages', async () => {
    const told: number[] = [];
    const { images, isCut } = await walkPages(pages(3_000), { from: 9, to: 1_500, onProgress: (count) => told.push(count) });
    expect(images[0]?.id).toBe(9);
    expect(images.at(-1)?.id).toBe(1_500);
    expect(images).toHaveLength(498);
    expect(isCut).toBe(false);
    expect(told.at(-1)).toBe(498);
  });

  it('ends at the last image, and where too many would be chosen', async () => {
    expect((await walkPages(pages(30), { from: 1, to: 9_999_999, onProgress: () => undefined })).images).toHaveLength(10);
    const cut = await walkPages(pages(9_000_000), { from: 1, to: 9_999_999, onProgress: () => undefined });
    expect(cut.images).toHaveLength(MOST_SELECTED);
    expect(cut.isCut).toBe(true);
  });
});
