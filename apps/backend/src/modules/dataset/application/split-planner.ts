import { setImmediate as breath } from 'node:timers/promises';
import { GroupPattern, SplitDealer, type DealMode, type SplitConfig } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import type { ImageSplit } from './image-facts.js';
import { SplitStore, type SideOfImage, type SplitTally, type StoredSplit } from './ports/split-store.port.js';
import { splitWarnings, type SplitWarning } from './split-warnings.js';
import { tallyOf } from './split-tally.js';

/** An image as it is, and as it would be. */
export interface PlannedSide extends SideOfImage {
  readonly before: ImageSplit | null;
}

export interface SplitPlan {
  /** Images that change sides. */
  readonly moves: readonly PlannedSide[];
  /** Images whose group changes and whose side does not. */
  readonly regrouped: readonly PlannedSide[];
  readonly tally: SplitTally;
  readonly warnings: readonly SplitWarning[];
}

/** An image of the plan: what the warnings and counts are made of. */
export interface PlannedImage {
  readonly id: number;
  readonly sha256: string;
  readonly classIds: readonly number[];
  readonly group: string | null;
  readonly split: ImageSplit | null;
  readonly storedGroup: string | null;
}

/** In one statement; also how many names are matched before others get a turn. */
const PAGE = 5_000;

/** Works out what a rule would do to a dataset; changes nothing. */
@Injectable()
export class SplitPlanner {
  constructor(private readonly store: SplitStore) {}

  async plan(datasetId: string, stored: StoredSplit, wanted: SplitConfig): Promise<SplitPlan> {
    const images = await this.read(datasetId, wanted);
    const sideOf = await sidesBy(images, wanted, dealMode(stored.config, wanted));
    const moves: PlannedSide[] = [];
    const regrouped: PlannedSide[] = [];
    for (const image of images) {
      const side = { id: image.id, group: image.group, before: image.split, split: sideOf(image) };
      if (side.split !== side.before) moves.push(side);
      else if (side.group !== image.storedGroup) regrouped.push(side);
    }
    await breath();
    // Not as a list: of a million images the copy would be felt.
    const after = (): Iterable<PlannedImage> => withSides(images, sideOf);
    const tally = tallyOf(after());
    await breath();
    return { moves, regrouped, tally, warnings: splitWarnings(after, tally, { config: wanted, classes: stored.classes }) };
  }

  private async read(datasetId: string, { groupPattern }: SplitConfig): Promise<PlannedImage[]> {
    const pattern = groupPattern === null ? null : GroupPattern.parse(groupPattern);
    const images: PlannedImage[] = [];
    for (let after = 0; ; ) {
      const page = await this.store.images(datasetId, { after, limit: PAGE });
      for (const { fileName, ...image } of page) images.push({ ...image, group: pattern?.groupOf(fileName) ?? null });
      if (page.length < PAGE) return images;
      after = page.at(-1)?.id ?? after;
    }
  }
}

function* withSides(images: readonly PlannedImage[], sideOf: (image: PlannedImage) => ImageSplit | null): Iterable<PlannedImage> {
  for (const image of images) yield { ...image, split: sideOf(image) };
}

/** Null: the rule deals nothing. The same automatic rule again keeps what it dealt; another one deals anew. */
function dealMode(stored: SplitConfig | null, wanted: SplitConfig): DealMode | null {
  if (wanted.method === 'partial') return 'fill';
  if (wanted.method !== 'auto') return null;
  return stored?.method === 'auto' && isSameRule(stored, wanted) ? 'keep' : 'anew';
}

function isSameRule(one: SplitConfig, other: SplitConfig): boolean {
  const isSameRatio = (['train', 'val', 'test'] as const).every((side) => Math.abs(one.ratio[side] - other.ratio[side]) < 1e-9);
  return isSameRatio && one.seed === other.seed && one.groupPattern === other.groupPattern;
}

async function sidesBy(images: readonly PlannedImage[], { method, seed, ratio }: SplitConfig, mode: DealMode | null): Promise<(image: PlannedImage) => ImageSplit | null> {
  if (method === 'none') return () => null;
  if (mode === null) return (image) => image.split;
  const dealer = new SplitDealer({ seed, ratio, mode, by: 'shares' });
  for (const [index, image] of images.entries()) {
    if (index % PAGE === 0) await breath();
    dealer.add(image);
  }
  const steps = dealer.steps();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return (image) => step.value.get(image.id) ?? null;
    await breath();
  }
}
