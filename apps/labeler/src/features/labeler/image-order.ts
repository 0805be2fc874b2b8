import type { ImageFilter } from '../../api/image-queries.js';
import type { ImageItem, Page } from '../../api/types.js';

export interface PageRequest extends ImageFilter {
  readonly after?: number;
  readonly before?: number;
  readonly cursor?: string;
  readonly limit: number;
}
/** One page of `GET datasets/{id}/images`. */
export type FetchImages = (request: PageRequest, signal: AbortSignal) => Promise<Page<ImageItem>>;

const PAGE = 60;
/** Images that are left on a side when the next page of it is asked for. */
const MARGIN = 12;
/** A page of a searched list may be empty and yet not the last; behind so many of them the rest is asked for when somebody goes there. */
const EMPTY_PAGES = 20;

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

type Side = 'forward' | 'backward';
interface Edge {
  /** Undefined before the first page of this side, null behind its last. */
  cursor: string | null | undefined;
  loading: Promise<void> | null;
}

/**
 * The images of the labeler in the order of the filtered list, grown at both ends around the one that was opened. An image that leaves the filter while
 * it is worked on (`status=unlabeled`, labelled meanwhile) keeps its place: the way back leads to it. In another order than by number it grows at its end only, and the one that was opened stands first.
 */
export class ImageOrder {
  private list: readonly ImageItem[];
  private readonly edges: Record<Side, Edge> = { forward: { cursor: undefined, loading: null }, backward: { cursor: undefined, loading: null } };
  private readonly listeners = new Set<() => void>();
  private readonly closing = new AbortController();

  constructor(
    private readonly fetchImages: FetchImages,
    private readonly filter: ImageFilter,
    start: ImageItem,
  ) {
    this.list = [start];
    if (!this.isByNumber) this.edges.backward.cursor = null;
  }

  private get isByNumber(): boolean {
    return this.filter.order === undefined || this.filter.order === 'number';
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  /** The known part, in order; the same array until it changes. */
  readonly items = (): readonly ImageItem[] => this.list;
  indexOf(id: number): number {
    return this.list.findIndex((one) => one.id === id);
  }
  find(id: number): ImageItem | undefined {
    return this.list.find((one) => one.id === id);
  }

  /** The image behind (1) or in front of (-1) `id`; null: there is none. Throws what the request throws. */
  async step(id: number, by: 1 | -1): Promise<ImageItem | null> {
    for (;;) {
      const found = this.list[this.indexOf(id) + by];
      if (found !== undefined) return found;
      const side = by === 1 ? 'forward' : 'backward';
      if (this.edges[side].cursor === null) return null;
      await this.grow(side);
    }
  }

  /** Loads what is near `id` where it is not known yet. A failure is left to the step that needs it. */
  lookAround(id: number): void {
    const index = this.indexOf(id);
    if (index < 0) return;
    if (this.list.length - index <= MARGIN) void this.grow('forward').catch(() => undefined);
    if (index < MARGIN) void this.grow('backward').catch(() => undefined);
  }

  /** The images around `id`, itself left out: those in the direction of travel first. */
  near(id: number, ahead: number, behind: number, by: 1 | -1 = 1): readonly ImageItem[] {
    const index = this.indexOf(id);
    const places = [...upTo(ahead).map((step) => index + step * by), ...upTo(behind).map((step) => index - step * by)];
    return index < 0 ? [] : places.flatMap((place) => this.list[place] ?? []);
  }

  /** New facts of an image (status, objects, addresses) in place of the old ones. */
  update(id: number, change: Partial<ImageItem>): void {
    const index = this.indexOf(id);
    const old = this.list[index];
    if (old !== undefined) this.set(this.list.with(index, { ...old, ...change }));
  }

  close(): void {
    this.closing.abort();
    this.listeners.clear();
  }

  private grow(side: Side): Promise<void> {
    const edge = this.edges[side];
    if (edge.cursor === null) return Promise.resolve();
    edge.loading ??= this.load(side).finally(() => {
      edge.loading = null;
    });
    return edge.loading;
  }

  private async load(side: Side): Promise<void> {
    const edge = this.edges[side];
    for (let empty = 0; empty < EMPTY_PAGES && edge.cursor !== null; empty += 1) {
      const page = await this.fetchImages({ ...this.filter, ...this.startOf(side), limit: PAGE }, this.closing.signal);
      edge.cursor = page.next_cursor;
      const fresh = page.items.filter((one) => this.find(one.id) === undefined);
      if (fresh.length === 0) continue;
      this.set(side === 'forward' ? [...this.list, ...fresh] : [...fresh.toReversed(), ...this.list]);
      return;
    }
  }

  private startOf(side: Side): Pick<PageRequest, 'after' | 'before' | 'cursor'> {
    const { cursor } = this.edges[side];
    if (!this.isByNumber) return cursor === undefined || cursor === null ? {} : { cursor };
    // The direction is part of what a cursor belongs to.
    const direction = side === 'forward' ? { after: this.list.at(-1)?.id } : { before: this.list[0]?.id };
    return cursor === undefined || cursor === null ? direction : { ...direction, cursor };
  }

  private set(list: readonly ImageItem[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}
