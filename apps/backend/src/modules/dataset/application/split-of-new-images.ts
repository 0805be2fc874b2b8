import { readSplitConfig, sideAt, splitPosition } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import type { PlannedImage } from './image-intake-plan.js';
import type { ImageSplit } from './image-facts.js';
import { SplitStore } from './ports/split-store.port.js';
import { splitGroups } from './split-groups.js';

export interface NewSide {
  readonly split: ImageSplit | null;
  readonly group: string | null;
}

/**
 * The sides of images that come into a dataset: what was asked for; else, where the dataset deals by itself, the side of their group, and for the
 * others the one that follows from their content, so that it does not matter in which order or company they come. Under the dataset's lock.
 */
@Injectable()
export class SplitOfNewImages {
  constructor(private readonly store: SplitStore) {}

  /** One an image, in their order. */
  async of(datasetId: string, splitConfig: unknown, planned: readonly PlannedImage[]): Promise<readonly NewSide[]> {
    const config = readSplitConfig(splitConfig);
    const groupOf = splitGroups(splitConfig);
    const named = planned.map(({ image, fileName }) => ({ image, group: groupOf(fileName) }));
    if (config?.method !== 'auto') return named.map(({ image, group }) => ({ split: image.split, group }));
    const sides = new Map(await this.store.sidesOfGroups(datasetId, [...new Set(named.flatMap((one) => one.group ?? []))]));
    // One that is asked for here decides for the others of its group that come with it.
    for (const { image, group } of named) if (group !== null && image.split !== null && !sides.has(group)) sides.set(group, image.split);
    return named.map(({ image, group }) => {
      const ofGroup = group === null ? undefined : sides.get(group);
      return { group, split: image.split ?? ofGroup ?? sideAt(splitPosition(config.seed, { sha256: image.sha256, group }), config.ratio) };
    });
  }
}
