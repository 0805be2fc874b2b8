import { isSame, type Change } from './change.js';
import type { Size } from './geometry.js';
import type { LabelObject } from './label-object.js';

export interface DocumentContent extends Size {
  readonly imageId: number;
  readonly objects: readonly LabelObject[];
  /** Somebody looked, and there is nothing of the classes in it. */
  readonly noObject: boolean;
}

/** The labels of one image as they stand on this screen. Objects never change; a change puts another in the place. */
export class ImageDocument {
  readonly imageId: number;
  readonly size: Size;
  private objects: ReadonlyMap<string, LabelObject>;
  private list: readonly LabelObject[];
  private empty: boolean;
  private readonly listeners = new Set<(changes: readonly Change[]) => void>();

  constructor({ imageId, width, height, objects, noObject }: DocumentContent) {
    this.imageId = imageId;
    this.size = { width, height };
    this.objects = new Map(objects.map((one) => [one.id, one]));
    this.list = [...this.objects.values()];
    this.empty = noObject;
  }

  /** In the order in which they were made; the same array until something changes. */
  all(): readonly LabelObject[] {
    return this.list;
  }
  get(id: string): LabelObject | undefined {
    return this.objects.get(id);
  }
  get noObject(): boolean {
    return this.empty && this.list.length === 0;
  }

  /** Told after each change, with what came of it; with none when only `noObject` changed. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Applies the changes whose `before` is what is there, and leaves the others: an undo takes back what one did oneself, and not what
   * somebody else made of it since. Returns those applied.
   */
  apply(changes: readonly Change[]): readonly Change[] {
    const next = new Map(this.objects);
    const applied = changes.filter(({ id, before, after }) => {
      if (!isSame(next.get(id) ?? null, before) || isSame(before, after)) return false;
      if (after === null) next.delete(id);
      else next.set(id, after);
      return true;
    });
    if (applied.length > 0) this.become(next, next.size === 0 && this.empty, applied);
    return applied;
  }

  setNoObject(value: boolean): void {
    if (value !== this.empty) this.become(this.objects, value, []);
  }

  /** Takes over what a merge with the server's document gave. Returns how it differs from what was here. */
  replace(objects: readonly LabelObject[], noObject: boolean): readonly Change[] {
    const next = new Map(objects.map((one) => [one.id, one]));
    const ids = new Set([...this.objects.keys(), ...next.keys()]);
    const changes = [...ids].flatMap((id) => {
      const [before, after] = [this.objects.get(id) ?? null, next.get(id) ?? null];
      return isSame(before, after) ? [] : [{ id, before, after }];
    });
    if (changes.length > 0 || noObject !== this.empty) this.become(next, noObject, changes);
    return changes;
  }

  private become(objects: ReadonlyMap<string, LabelObject>, noObject: boolean, changes: readonly Change[]): void {
    this.objects = objects;
    this.list = [...objects.values()];
    this.empty = noObject;
    for (const listener of this.listeners) listener(changes);
  }
}
