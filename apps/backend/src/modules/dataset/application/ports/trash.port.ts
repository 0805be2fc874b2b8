export interface TrashedDataset {
  readonly id: string;
  readonly name: string;
  readonly deletedAt: Date;
  readonly numImages: number;
  readonly imageBytes: number;
  /** Its removal began: it cannot be taken back any more. */
  readonly isGoing: boolean;
}

/** Datasets in the trash, and their removal for good. */
export abstract class Trash {
  /** Oldest first. */
  abstract list(page: { readonly deletedBefore: Date | null; readonly limit: number }): Promise<readonly TrashedDataset[]>;
  /** From now on it cannot be taken back. False: it was taken back meanwhile, is gone, or a training still uses it. */
  abstract begin(datasetId: string, deletedBefore: Date): Promise<boolean>;
  /** All rows of it, a batch a statement; may be repeated. */
  abstract removeRows(datasetId: string): Promise<void>;
  /** Ids of the datasets that there are, in their order; those in the trash too. */
  abstract datasetIds(after: string, limit: number): Promise<readonly string[]>;
}
