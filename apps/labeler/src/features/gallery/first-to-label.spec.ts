import { describe, expect, it } from 'vitest';
import type { ImageItem } from '../../api/types.js';
import { firstToLabel } from './first-to-label.js';
import type { GallerySearch } from './gallery-search.js';

const image = (id: number): ImageItem => ({ id, file_name: `${id}.jpg` }) as ImageItem;

describe('where labelling goes on', () => {
  const asked: GallerySearch[] = [];
  const of = (answers: Readonly<Record<string, readonly ImageItem[]>>) => async (search: GallerySearch) => {
    asked.push(search);
    return { items: answers[search.status ?? 'any'] ?? [] };
  };

  it('is the first image that nobody has labelled, within the filter', async () => {
    expect((await firstToLabel(of({ unlabeled: [image(7)], any: [image(1)] }), { split: 'val' }))?.id).toBe(7);
    expect(asked.at(-1)).toEqual({ split: 'val', status: 'unlabeled' });
  });
  it('is the first one where all are labelled', async () => {
    expect((await firstToLabel(of({ any: [image(1)] }), {}))?.id).toBe(1);
    expect(await firstToLabel(of({}), {})).toBeNull();
  });
  it('keeps to a status that the filter names', async () => {
    expect((await firstToLabel(of({ unlabeled: [image(7)], labeled: [image(3)] }), { status: 'labeled' }))?.id).toBe(3);
  });
});
