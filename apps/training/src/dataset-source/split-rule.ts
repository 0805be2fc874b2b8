import { createHash } from 'node:crypto';

export type Side = 'train' | 'val' | 'test';

export interface SplitCandidate {
  readonly id: number;
  /** Of the image's bytes, hex. */
  readonly sha256: string;
  /** What the split is balanced over: the class of a one-class image, else any text. */
  readonly stratum: string;
}

export interface SplitRuleOptions {
  readonly seed: number;
  /** Share of the images that validate, 0..1. */
  readonly validationShare: number;
}

interface Group {
  readonly ids: number[];
  readonly stratum: string;
  readonly position: number;
}

/**
 * The automatic split (design/training.md): a hash of (seed, image bytes) gives each image a position in [0, 1), and those below the
 * share validate. An image's side depends on nothing but itself, so it never moves when others are added, and equal images stay together.
 * One exception is needed to keep both sides usable: where a stratum with two different images would have none to validate (or none to
 * train), its lowest (highest) position goes over. That can only happen in strata of few images.
 */
export function automaticSplit(candidates: readonly SplitCandidate[], options: SplitRuleOptions): Map<number, 'train' | 'val'> {
  const byStratum = new Map<string, Group[]>();
  for (const group of groupsOf(candidates, options.seed)) {
    const strata = byStratum.get(group.stratum) ?? [];
    byStratum.set(group.stratum, [...strata, group]);
  }
  const sides = new Map<number, 'train' | 'val'>();
  for (const groups of byStratum.values()) {
    for (const [group, side] of sidesOf(groups, options.validationShare)) for (const id of group.ids) sides.set(id, side);
  }
  return neverEmpty(sides, candidates, options.seed);
}

/** Position of an image: 53 bits of the hash as a fraction. */
export function splitPosition(seed: number, sha256: string): number {
  const digest = createHash('sha256').update(`${seed}:${sha256}`).digest();
  return Number(digest.readBigUInt64BE(0) >> 11n) / 2 ** 53;
}

function groupsOf(candidates: readonly SplitCandidate[], seed: number): Group[] {
  const groups = new Map<string, Group>();
  for (const one of candidates) {
    const group = groups.get(one.sha256);
    if (group === undefined) groups.set(one.sha256, { ids: [one.id], stratum: one.stratum, position: splitPosition(seed, one.sha256) });
    else group.ids.push(one.id);
  }
  return [...groups.values()].sort((a, b) => a.position - b.position);
}

/** `groups` ascending by position. */
function sidesOf(groups: readonly Group[], share: number): [Group, 'train' | 'val'][] {
  const sides = groups.map((group): [Group, 'train' | 'val'] => [group, group.position < share ? 'val' : 'train']);
  const [first, last] = [sides[0], sides.at(-1)];
  if (first === undefined || last === undefined || sides.length < 2) return sides;
  if (first[1] === 'train') first[1] = 'val';
  if (last[1] === 'val') last[1] = 'train';
  return sides;
}

/** Strata of one image each could all fall on one side; two images are enough for both. */
function neverEmpty(sides: Map<number, 'train' | 'val'>, candidates: readonly SplitCandidate[], seed: number): Map<number, 'train' | 'val'> {
  const groups = groupsOf(candidates, seed);
  const [first, last] = [groups[0], groups.at(-1)];
  if (first === undefined || last === undefined || groups.length < 2) return sides;
  const present = new Set(sides.values());
  if (!present.has('val')) for (const id of first.ids) sides.set(id, 'val');
  if (!present.has('train')) for (const id of last.ids) sides.set(id, 'train');
  return sides;
}

export interface AssignedImage extends SplitCandidate {
  /** As the file says; null: unassigned. */
  readonly split: Side | null;
}

/**
 * The split of a snapshot: what the file says where it names a validation image at all (what it leaves open trains, unless it is a copy
 * of an image with a side), else the automatic rule over everything but the test images.
 */
export function resolveSplit(images: readonly AssignedImage[], options: SplitRuleOptions): Map<number, Side> {
  const hasValidation = images.some((image) => image.split === 'val');
  const isOpen = (image: AssignedImage): boolean => image.split === null || (!hasValidation && image.split === 'train');
  const sides = new Map<number, Side>();
  for (const image of images) if (!isOpen(image) && image.split !== null) sides.set(image.id, image.split);
  const open = images.filter(isOpen);
  if (!hasValidation) {
    for (const [id, side] of automaticSplit(open, options)) sides.set(id, side);
    return sides;
  }
  // Equal images stay on the side that the file gave to one of them.
  const sideOfBytes = new Map(images.flatMap((image) => (image.split === null ? [] : [[image.sha256, image.split] as const])));
  for (const image of open) sides.set(image.id, sideOfBytes.get(image.sha256) ?? 'train');
  return sides;
}
