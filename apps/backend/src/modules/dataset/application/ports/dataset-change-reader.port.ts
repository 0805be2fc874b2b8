import type { ChangeKind } from './dataset-change-log.port.js';

/** A change as it is told to whoever follows a dataset: what and where, not what was before and after. */
export interface PublicChange {
  readonly seq: number;
  readonly kind: ChangeKind;
  readonly at: Date;
  readonly actor: string;
  /** Of the image; null for what concerns the dataset. */
  readonly number: number | null;
  /** Of the image's labels; null where the change made none. */
  readonly revision: number | null;
}

export abstract class DatasetChangeReader {
  /** Behind `afterSeq`, oldest first. */
  abstract changes(datasetId: string, afterSeq: number, limit: number): Promise<readonly PublicChange[]>;
  /** Position of the newest change; 0 before the first. */
  abstract position(datasetId: string): Promise<number>;
}
