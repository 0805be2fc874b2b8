import { intersectionOverUnion } from '../model/geometry.js';
import { boundsOf, type LabelObject } from '../model/label-object.js';

/** From this overlap on a suggestion says what a person's object of the same class says already. */
const DUPLICATE_IOU = 0.7;

const NONE: readonly LabelObject[] = [];

/** What a model proposes for an image: no label until somebody accepts it. */
export class Suggestions {
  private all: readonly LabelObject[] = [];
  private rejected: ReadonlySet<string> = new Set();
  /** Masks that became pixels: no object of their id tells it. */
  private readonly painted = new Set<string>();
  private least = 0;
  private isExclusive = false;
  private last: { readonly labels: readonly LabelObject[]; readonly shown: readonly LabelObject[] } | null = null;

  /** `changed` is told of everything that may change what is shown, `rejected` of each that a person does not want. */
  constructor(private readonly tell: { readonly changed: () => void; readonly rejected: (id: string) => void }) {}

  set(objects: readonly LabelObject[]): void {
    this.all = objects;
    this.rejected = new Set();
    this.renew();
  }
  /** Where labels are pixels: paints what is taken over, false where it cannot. Null: it becomes an object. */
  paint: ((suggestion: LabelObject) => boolean) | null = null;

  /** An image has one label at most: what a person said is not to be doubted, and one suggestion is taken. */
  set exclusive(value: boolean) {
    this.isExclusive = value;
    this.renew();
  }
  get exclusive(): boolean {
    return this.isExclusive;
  }
  /** Those that are open, whatever their scores. */
  open(labels: readonly LabelObject[]): number {
    const taken = new Set(labels.map((one) => one.id));
    return this.all.filter((one) => this.isOpen(one.id, taken)).length;
  }
  /** Scores below are not shown, 0 to 1. */
  set threshold(score: number) {
    this.least = score;
    this.renew();
  }
  get threshold(): number {
    return this.least;
  }

  /** Those worth a look beside the labels, the surest first; the same array for the same labels. */
  shown(labels: readonly LabelObject[]): readonly LabelObject[] {
    if (this.last?.labels !== labels) this.last = { labels, shown: this.find(labels) };
    return this.last.shown;
  }

  private find(labels: readonly LabelObject[]): readonly LabelObject[] {
    if (this.all.length === 0 || (this.isExclusive && labels.length > 0)) return NONE;
    const taken = new Set(labels.map((one) => one.id));
    return this.all
      .filter((one) => (one.score ?? 1) >= this.least && this.isOpen(one.id, taken) && !isDuplicate(one, labels))
      .sort((a, b) => (b.score ?? 1) - (a.score ?? 1));
  }

  private isOpen(id: string, taken: ReadonlySet<string>): boolean {
    return !this.rejected.has(id) && !this.painted.has(id) && !taken.has(id);
  }

  /** Its pixels are in the mask, or not any more. */
  setPainted(id: string, isPainted: boolean): void {
    if (isPainted) this.painted.add(id);
    else this.painted.delete(id);
    this.renew();
  }
  reject(id: string): void {
    this.rejected = new Set([...this.rejected, id]);
    this.tell.rejected(id);
    this.renew();
  }

  private renew(): void {
    this.last = null;
    this.tell.changed();
  }
}

function isDuplicate(suggestion: LabelObject, labels: readonly LabelObject[]): boolean {
  const box = boundsOf(suggestion.geometry);
  if (box === null) return labels.some((one) => one.classId === suggestion.classId);
  return labels.some((one) => {
    const other = one.classId === suggestion.classId ? boundsOf(one.geometry) : null;
    return other !== null && intersectionOverUnion(box, other) >= DUPLICATE_IOU;
  });
}

/** A person stands for it now; which model proposed it stays known. */
export const accepted = (suggestion: LabelObject): LabelObject => ({ ...suggestion, source: 'manual' });
