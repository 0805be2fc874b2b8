import type { CountKind } from '@app/object-store';

export const STORED_KINDS = ['originals', 'previews', 'snapshots', 'uploads', 'labels', 'models', 'staging', 'backups', 'other'] as const;
export type StoredKind = (typeof STORED_KINDS)[number];

export interface StoredBytes {
  readonly kind: StoredKind;
  readonly bytes: number;
  /** Null: the rows know the bytes, and nobody listed the objects yet. */
  readonly objects: number | null;
  readonly listedAt: Date | null;
}

export interface CountedRequests {
  readonly operation: string;
  readonly kind: CountKind;
  readonly count: number;
}

/** What lies in the store and what was asked of it. `datasetId` null: of the whole installation. */
export abstract class CostRecords {
  /** As the bucket was listed last; more where the rows know of more by now. */
  abstract stored(datasetId: string | null): Promise<readonly StoredBytes[]>;
  /** From that UTC day on. */
  abstract counted(datasetId: string | null, since: Date): Promise<readonly CountedRequests[]>;
}
