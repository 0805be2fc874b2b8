import type { Split } from '../image-labels.js';
import type { SplitRatio } from './split-config.js';
import { positionOf, sideAt } from './split-position.js';
import { SplitUnits, STEP, type SplitImage, type SplitUnit } from './split-units.js';

/**
 * anew: no side counts. keep: an image keeps its side, unless others of its unit are on another one; the smaller part then goes over.
 * fill: an image with a side keeps it in any case; the others go where their unit is.
 */
export type DealMode = 'anew' | 'keep' | 'fill';

export interface DealOptions {
  readonly seed: number;
  readonly ratio: SplitRatio;
  readonly mode: DealMode;
  /**
   * shares: each stratum gets the ratio as nearly as its units allow; for sides that are stored. position: the side follows from the image alone,
   * for sides that are computed again with every version: no image moves because others came.
   */
  readonly by: 'shares' | 'position';
}

type Counts = Record<Split, number>;

interface Dealt {
  readonly unit: SplitUnit;
  side: Split | null;
  readonly isFixed: boolean;
}

/**
 * Deals images to sides. Equal images and those of a group form a unit, which is on one side. Units are dealt stratum by stratum (a stratum: the
 * units that show the same set of classes), in the order of their positions, a hash of the seed and the content: the lowest validate, the highest
 * test, the rest trains. What a stratum cannot give because its units are whole is carried to the next one, so that many small strata together
 * have the ratio though each alone could not. Where there are two units, validation is not empty, as far as the mode leaves one to it.
 */
export class SplitDealer {
  private readonly units: SplitUnits;

  constructor(private readonly options: DealOptions) {
    this.units = new SplitUnits(options.seed);
  }

  add(image: SplitImage): void {
    this.units.add(image);
  }

  /** A side for every image, by its id. */
  finish(): Map<number, Split> {
    const steps = this.steps();
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same in steps of some milliseconds, for a process that has others to serve between them. */
  *steps(): Generator<void, Map<number, Split>> {
    const units = yield* this.units.units();
    yield;
    const dealt = units.map((unit): Dealt => {
      const side = this.options.mode === 'anew' ? null : sideOf(unit);
      return { unit, side, isFixed: side !== null };
    });
    const strata = yield* strataOf(dealt);
    if (this.options.by === 'shares') yield* dealShares(strata, this.options.ratio);
    else dealPositions(dealt, strata, this.options.ratio);
    leaveNoneEmpty(dealt);
    return yield* this.sides(dealt);
  }

  private *sides(dealt: readonly Dealt[]): Generator<void, Map<number, Split>> {
    const sides = new Map<number, Split>();
    const staysPut = this.options.mode === 'fill';
    for (const [index, { unit, side }] of dealt.entries()) {
      if (index % STEP === 0) yield;
      for (const image of unit.images) sides.set(image.id, (staysPut ? image.split : null) ?? side ?? 'train');
    }
    return sides;
  }
}

/** The side of most of a unit's images; of two that are even the one that is looked at later, so that no image that was measured with goes into training. */
function sideOf(unit: SplitUnit): Split | null {
  const counts: Counts = { train: 0, val: 0, test: 0 };
  for (const { split } of unit.images) if (split !== null) counts[split] += 1;
  const most = Math.max(counts.train, counts.val, counts.test);
  return most === 0 ? null : (['test', 'val', 'train'] as const).find((side) => counts[side] === most) ?? null;
}

type Strata = ReadonlyMap<string, readonly Dealt[]>;

function* strataOf(dealt: readonly Dealt[]): Generator<void, Strata> {
  const strata = new Map<string, Dealt[]>();
  for (const [index, one] of dealt.entries()) {
    if (index % STEP === 0) yield;
    const name = stratumOf(one.unit);
    const stratum = strata.get(name);
    if (stratum === undefined) strata.set(name, [one]);
    else stratum.push(one);
  }
  return strata;
}

function stratumOf({ images }: SplitUnit): string {
  const [first, second] = images;
  // Most units are one image of one class: no set and no sort for each of a million.
  if (first !== undefined && second === undefined && first.classIds.length < 2) return first.classIds.join();
  const classes = new Set<number>();
  for (const image of images) for (const classId of image.classIds) classes.add(classId);
  return [...classes].sort((a, b) => a - b).join();
}

const sizeOf = (one: Dealt): number => one.unit.images.length;

function* dealShares(given: Strata, ratio: SplitRatio): Generator<void, void> {
  // An order that has nothing to do with the classes: else what is carried would always come from the first and go to the last.
  const strata = [...given].map(([name, members]) => ({ members, position: positionOf(name) })).sort((a, b) => a.position - b.position);
  const carried: Counts = { train: 0, val: 0, test: 0 };
  for (const [index, { members }] of strata.entries()) {
    if (index % STEP === 0) yield;
    dealStratum(members, ratio, carried);
  }
}

/** Members ascending by position. `carried`: how many images too few (or, below 0, too many) the strata before have given to a side. */
function dealStratum(members: readonly Dealt[], ratio: SplitRatio, carried: Counts): void {
  const open = members.filter((one) => !one.isFixed);
  const largest = open.reduce((most, one) => Math.max(most, sizeOf(one)), 0);
  // One stays to train with, if one can.
  let left = open.length > 1 && !members.some((one) => one.side === 'train') ? open.length - 1 : open.length;
  const take = (side: 'val' | 'test', ordered: readonly Dealt[]): void => {
    // At most one unit more or less than its own: a class of few images is no store to make up from for a group of many.
    const lent = bounded(carried[side], largest);
    let wanted = ratio[side] * sum(members) - sum(members.filter((one) => one.side === side)) + lent;
    for (const one of ordered) {
      if (one.side !== null || left === 0 || wanted < sizeOf(one) / 2) continue;
      one.side = side;
      wanted -= sizeOf(one);
      left -= 1;
    }
    // Nor is made up for what somebody set by hand.
    carried[side] += bounded(wanted, largest) - lent;
  };
  take('val', open);
  if (ratio.test > 0) take('test', [...open].reverse());
  for (const one of open) one.side ??= 'train';
}

const sum = (members: readonly Dealt[]): number => members.reduce((images, one) => images + sizeOf(one), 0);
const bounded = (value: number, most: number): number => Math.min(Math.max(value, -most), most);

function dealPositions(dealt: readonly Dealt[], strata: Strata, ratio: SplitRatio): void {
  for (const one of dealt) one.side ??= sideAt(one.unit.position, ratio);
  for (const members of strata.values()) {
    // A stratum that should have one by its size and has none by chance.
    const expected = ratio.val * members.length;
    const first = members.find((one) => !one.isFixed);
    if (first !== undefined && expected >= 1 && !members.some((one) => one.side === 'val')) first.side = 'val';
  }
}

/** Two units are enough for training and validation. */
function leaveNoneEmpty(dealt: readonly Dealt[]): void {
  if (dealt.length < 2) return;
  const has = (side: Split): boolean => dealt.some((one) => one.side === side);
  const open = dealt.filter((one) => !one.isFixed).sort((a, b) => sizeOf(a) - sizeOf(b));
  const give = (side: Split): void => {
    const other = open.find((one) => one.side !== side && dealt.some((another) => another !== one && another.side === one.side)) ?? open.find((one) => one.side === 'test');
    if (other !== undefined) other.side = side;
  };
  if (!has('val')) give('val');
  if (!has('train')) give('train');
}
