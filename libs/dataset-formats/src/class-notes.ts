import type { JsonObject } from '@app/dice-format';

/** A class as a source tells of it. */
export interface NotedClass {
  readonly name: string;
  /** Objects that show it. */
  readonly count: number;
  readonly color?: string;
  /** supercategory, keypoints, skeleton. */
  readonly details: JsonObject;
}

/** Longer lists are those of a source whose labels are free text. */
export const MOST_CLASSES = 10_000;

/** Classes of a source, in the order in which it first names them. */
export class ClassNotes {
  private readonly byName = new Map<string, { count: number; color?: string; details: JsonObject }>();
  private dropped = 0;

  declare(name: string, facts: { readonly color?: string; readonly details?: JsonObject } = {}): void {
    const known = this.of(name);
    if (known === undefined) return;
    if (facts.color !== undefined) known.color ??= facts.color;
    known.details = { ...facts.details, ...known.details };
  }

  count(name: string): void {
    const known = this.of(name);
    if (known !== undefined) known.count += 1;
  }

  /** Undefined for a name that was not told yet. */
  detailsOf(name: string): JsonObject | undefined {
    return this.byName.get(name)?.details;
  }

  get list(): readonly NotedClass[] {
    return [...this.byName].map(([name, facts]) => ({ name, ...facts }));
  }

  /** Names beyond the most that are kept. */
  get overflow(): number {
    return this.dropped;
  }

  private of(name: string): { count: number; color?: string; details: JsonObject } | undefined {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    if (this.byName.size >= MOST_CLASSES) {
      this.dropped += 1;
      return undefined;
    }
    const made = { count: 0, details: {} };
    this.byName.set(name, made);
    return made;
  }
}
