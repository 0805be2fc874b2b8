import type { Split } from '../image-labels.js';
import { splitPosition } from './split-position.js';

/** An image as the rule sees it. */
export interface SplitImage {
  readonly id: number;
  /** Of its bytes, hex. */
  readonly sha256: string;
  /** By its name; null: of none. */
  readonly group: string | null;
  readonly classIds: readonly number[];
  /** The side that it has; null: none. */
  readonly split: Split | null;
}

/** Images that belong on one side: equal bytes, one group, or both by way of others. */
export interface SplitUnit {
  readonly images: SplitImage[];
  readonly position: number;
}

/** Images or units between two chances to do something else. */
export const STEP = 20_000;

/** Puts images together into units; a forest of sets, so that time grows with the number of images and no faster. */
export class SplitUnits {
  private readonly contents = new Map<string, number>();
  private readonly groups = new Map<string, number>();
  private readonly parents: number[] = [];
  private readonly positions: number[] = [];
  /** In step with `places`, which has their slots. */
  private readonly images: SplitImage[] = [];
  private readonly places: number[] = [];

  constructor(private readonly seed: number) {}

  add(image: SplitImage): void {
    const { sha256, group } = image;
    const own = this.contents.get(sha256) ?? this.newSlot(this.contents, sha256, { sha256, group: null });
    if (group !== null) this.join(this.groups.get(group) ?? this.newSlot(this.groups, group, { sha256, group }), own);
    this.images.push(image);
    this.places.push(own);
  }

  /** Ascending by position. In steps: of a million images it is a second's work. */
  *units(): Generator<void, SplitUnit[]> {
    const units = new Map<number, SplitUnit>();
    for (const [index, image] of this.images.entries()) {
      if (index % STEP === 0) yield;
      const root = this.root(this.places[index] ?? 0);
      const unit = units.get(root);
      if (unit === undefined) units.set(root, { images: [image], position: this.positions[root] ?? 0 });
      else unit.images.push(image);
    }
    return [...units.values()].sort((a, b) => a.position - b.position);
  }

  private newSlot(slots: Map<string, number>, key: string, of: { readonly sha256: string; readonly group: string | null }): number {
    const slot = this.parents.length;
    slots.set(key, slot);
    this.parents.push(slot);
    this.positions.push(splitPosition(this.seed, of));
    return slot;
  }

  private root(slot: number): number {
    let at = slot;
    for (let parent = this.parents[at] ?? at; parent !== at; parent = this.parents[at] ?? at) {
      this.parents[at] = this.parents[parent] ?? parent;
      at = parent;
    }
    return at;
  }

  /** The position of the first one stands: a group keeps its own, however many images come to it. */
  private join(group: number, other: number): void {
    const [into, from] = [this.root(group), this.root(other)];
    if (into === from) return;
    this.parents[from] = into;
  }
}
