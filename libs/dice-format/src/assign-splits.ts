import { createHash } from 'node:crypto';
import type { Split } from './image-labels.js';

export interface SplitImage {
  readonly id: number;
  readonly sha256: string;
  readonly split: Split | null;
  /** Images of one stratum are divided in the same proportion: the class, or a set of classes. */
  readonly stratum: string;
}

export interface SplitOptions {
  /** Share of the images that validate, 0..1. */
  readonly valFraction: number;
  readonly seed: number;
}

interface Group {
  readonly rank: string;
  readonly stratum: string;
  readonly ids: number[];
  test: boolean;
}

/** Exact duplicates as one group, so that none is learned and then validated. */
function groupsOf(images: readonly SplitImage[], seed: number): Group[] {
  const groups = new Map<string, Group>();
  for (const { id, sha256, split, stratum } of images) {
    const group = groups.get(sha256) ?? { rank: createHash('sha256').update(`${seed}:${sha256}`).digest('hex'), stratum, ids: [], test: false };
    group.ids.push(id);
    if (split === 'test') group.test = true;
    groups.set(sha256, group);
  }
  return [...groups.values()].sort((a, b) => (a.rank < b.rank ? -1 : Number(a.rank > b.rank)));
}

function byStratum(groups: readonly Group[]): Map<string, Group[]> {
  const strata = new Map<string, Group[]>();
  for (const group of groups) {
    const stratum = strata.get(group.stratum);
    if (stratum === undefined) strata.set(group.stratum, [group]);
    else stratum.push(group);
  }
  return strata;
}

function chosenForVal(groups: readonly Group[], valFraction: number): Set<Group> {
  const chosen = new Set<Group>();
  for (const members of byStratum(groups).values()) {
    const count = Math.min(Math.round(members.length * valFraction), members.length - 1);
    for (const group of members.slice(0, count)) chosen.add(group);
  }
  const first = groups[0];
  if (chosen.size === 0 && first !== undefined && groups.length >= 2) chosen.add(first);
  return chosen;
}

/**
 * Gives every image a split. Where any image already validates, given splits stay and the rest trains. Else the division is made here: the
 * same for the same seed and bytes in any order, in proportion within each stratum; given test images stay out of it.
 */
export function assignSplits(images: Iterable<SplitImage>, options: SplitOptions): Map<number, Split> {
  const all = [...images];
  if (all.some(({ split }) => split === 'val')) return new Map(all.map(({ id, split }) => [id, split ?? 'train']));
  const groups = groupsOf(all, options.seed);
  const chosen = chosenForVal(groups.filter((group) => !group.test), options.valFraction);
  const result = new Map<number, Split>();
  for (const group of groups) {
    let split: Split = chosen.has(group) ? 'val' : 'train';
    if (group.test) split = 'test';
    for (const id of group.ids) result.set(id, split);
  }
  return result;
}
