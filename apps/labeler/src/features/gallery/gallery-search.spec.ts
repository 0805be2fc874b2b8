import { describe, expect, it } from 'vitest';
import { gallerySearch, isFiltered } from './gallery-search.js';

describe('the address of the gallery', () => {
  it('keeps what is a filter', () => {
    const search = { split: 'val', class_id: 0, status: 'labeled', labeled_by: '0b0f0000-0000-4000-8000-000000000002', state: 'broken', q: ' IMG 7 ' };
    expect(gallerySearch(search)).toEqual({ ...search, q: 'IMG 7' });
    // The router reads digits as a number.
    expect(gallerySearch({ q: 12 }).q).toBe('12');
    expect(isFiltered(gallerySearch({ class_id: 0 }))).toBe(true);
  });

  it('leaves out what is none, so that the API refuses nothing', () => {
    const nonsense = gallerySearch({ split: 'half', class_id: -1, status: 1, labeled_by: 'me', state: '', q: '   ', page: 3 });
    expect(isFiltered(nonsense)).toBe(false);
    expect(gallerySearch({ class_id: 1.5 }).class_id).toBeUndefined();
    expect(gallerySearch({ q: 'x'.repeat(400) }).q).toHaveLength(255);
  });
});
