import { describe, expect, it } from 'vitest';
import type { ImageItem, Page } from '../../api/types.js';
import { ImageOrder, type FetchImages, type PageRequest } from './image-order.js';

const item = (id: number): ImageItem => ({ id, status: 'unlabeled' }) as ImageItem;

/** Answers as the API does: by number, cursors that stand for one, and pages that may be empty where it searches. */
class Api {
  readonly asked: PageRequest[] = [];
  failing = 0;
  constructor(
    private readonly ids: readonly number[],
    private readonly emptyPages = 0,
  ) {}

  readonly fetch: FetchImages = async (request) => {
    this.asked.push(request);
    await Promise.resolve();
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error('no network');
    }
    const asked = this.asked.filter((one) => (one.before === undefined) === (request.before === undefined)).length;
    if (asked <= this.emptyPages) return { items: [], next_cursor: request.cursor ?? String(request.before ?? request.after) };
    return this.page(request);
  };

  private page({ after, before, cursor, limit }: PageRequest): Page<ImageItem> {
    const from = cursor === undefined ? Number(before ?? after) : Number(cursor);
    const all = before === undefined ? this.ids.filter((id) => id > from) : this.ids.filter((id) => id < from).toReversed();
    const items = all.slice(0, limit).map(item);
    return { items, next_cursor: all.length > limit ? String(items.at(-1)?.id) : null };
  }
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const ids = (order: ImageOrder): number[] => order.items().map((one) => one.id);

describe('the order of the labeler', () => {
  it('leads through every image, forward and back, from wherever it was opened', async () => {
    const api = new Api(range(1, 400).filter((id) => id % 3 !== 0));
    const order = new ImageOrder(api.fetch, { split: 'val' }, item(200));
    const way: number[] = [];
    for (let at: ImageItem | null = item(200); at !== null; at = await order.step(at.id, 1)) way.push(at.id);
    expect(way).toEqual(range(200, 400).filter((id) => id % 3 !== 0));
    const back: number[] = [];
    for (let at: ImageItem | null = item(400); at !== null; at = await order.step(at.id, -1)) back.push(at.id);
    expect(back).toEqual(range(1, 400).filter((id) => id % 3 !== 0).toReversed());
    expect(api.asked.every((request) => request.split === 'val')).toBe(true);
  });

  it('knows the ends, and asks no more once it stood there', async () => {
    const api = new Api([5]);
    const order = new ImageOrder(api.fetch, {}, item(5));
    expect([await order.step(5, 1), await order.step(5, -1), await order.step(5, 1)]).toEqual([null, null, null]);
    expect(api.asked).toHaveLength(2);
  });

  it('goes on through pages that a search left empty', async () => {
    const api = new Api([10, 20], 2);
    const order = new ImageOrder(api.fetch, { q: 'x' }, item(10));
    expect((await order.step(10, 1))?.id).toBe(20);
    expect(api.asked).toHaveLength(3);
  });

  it('asks for a side once at a time, and again after a failure', async () => {
    const api = new Api(range(1, 9));
    api.failing = 1;
    const order = new ImageOrder(api.fetch, {}, item(5));
    await expect(Promise.all([order.step(5, 1), order.step(5, 1)])).rejects.toThrow('no network');
    expect(api.asked).toHaveLength(1);
    expect((await order.step(5, 1))?.id).toBe(6);
    order.lookAround(5);
    await order.step(5, -1);
    expect(ids(order)).toEqual(range(1, 9));
  });

  it('names those ahead before those behind, in the direction of travel, and none twice at an end', async () => {
    const order = new ImageOrder(new Api(range(1, 9)).fetch, {}, item(5));
    await order.step(5, 1);
    await order.step(5, -1);
    expect(order.near(5, 3, 1).map((one) => one.id)).toEqual([6, 7, 8, 4]);
    expect(order.near(5, 3, 1, -1).map((one) => one.id)).toEqual([4, 3, 2, 6]);
    expect(order.near(1, 2, 2).map((one) => one.id)).toEqual([2, 3]);
    expect(order.near(1, 2, 1, -1).map((one) => one.id)).toEqual([2]);
    expect(order.near(9, 2, 1).map((one) => one.id)).toEqual([8]);
  });

  it('keeps an image in its place when its facts change, and tells', async () => {
    const order = new ImageOrder(new Api(range(1, 9)).fetch, { status: 'unlabeled' }, item(5));
    await order.step(5, 1);
    let told = 0;
    order.subscribe(() => (told += 1));
    order.update(6, { status: 'labeled' });
    expect(order.find(6)?.status).toBe('labeled');
    expect([ids(order).indexOf(6), told]).toEqual([1, 1]);
  });

  it('grows at its end only where images are not in the order of their numbers', async () => {
    const pages: Record<string, Page<ImageItem>> = { first: { items: [7, 2, 9].map(item), next_cursor: 'second' }, second: { items: [4, 1].map(item), next_cursor: null } };
    const asked: PageRequest[] = [];
    const fetch: FetchImages = (request) => {
      asked.push(request);
      return Promise.resolve(pages[request.cursor ?? 'first'] ?? { items: [], next_cursor: null });
    };
    const order = new ImageOrder(fetch, { order: 'hardest' }, item(2));
    const way: number[] = [];
    for (let at: ImageItem | null = item(2); at !== null; at = await order.step(at.id, 1)) way.push(at.id);
    expect(way).toEqual([2, 7, 9, 4, 1]);
    expect((await order.step(7, -1))?.id).toBe(2);
    expect(await order.step(2, -1)).toBeNull();
    expect(asked.map(({ after, before, cursor }) => [after, before, cursor])).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, 'second'],
    ]);
  });
});
