import type { SplitConfig, SplitImage } from '@app/dice-format';
import type { ImageSplit } from '../image-facts.js';

/** What a dataset says of its split. */
export interface StoredSplit {
  /** Rises with every change of the rule, and of sides by hand. */
  readonly revision: number;
  /** Null: it has none that is known. */
  readonly config: SplitConfig | null;
  /** In the order of the dataset. */
  readonly classes: readonly { readonly id: number; readonly name: string }[];
}

export interface NamedImage extends Omit<SplitImage, 'group'> {
  readonly fileName: string;
  /** As it is stored, which may be of another pattern. */
  readonly storedGroup: string | null;
}

export interface SideOfImage {
  readonly id: number;
  readonly split: ImageSplit | null;
  readonly group: string | null;
}

/** Images by side; of all of them and of each class, by its id. */
export interface SplitTally {
  readonly total: SideCounts;
  readonly byClass: ReadonlyMap<number, SideCounts>;
}
export type SideCounts = Readonly<Record<ImageSplit | 'unassigned', number>>;

/** The split of a dataset as a whole. Writes are in the caller's unit of work, under the lock of the dataset. */
export abstract class SplitStore {
  /** Null when the dataset is gone or in the trash. */
  abstract find(datasetId: string): Promise<StoredSplit | null>;
  /** Images that belong to the dataset, in order of id. */
  abstract images(datasetId: string, page: { readonly after: number; readonly limit: number }): Promise<readonly NamedImage[]>;
  abstract tally(datasetId: string): Promise<SplitTally>;
  /** Sets sides and groups of many images in one statement. */
  abstract setSides(datasetId: string, sides: readonly SideOfImage[]): Promise<void>;
  /** Answers the new revision. */
  abstract saveConfig(datasetId: string, config: Readonly<Record<string, unknown>> | null): Promise<number>;
  /** The side that most images of a group are on; groups without a side are left out. */
  abstract sidesOfGroups(datasetId: string, groups: readonly string[]): Promise<ReadonlyMap<string, ImageSplit>>;
}
