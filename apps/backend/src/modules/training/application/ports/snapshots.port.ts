export interface TrainingSnapshot {
  readonly id: string;
  readonly datasetId: string;
  readonly version: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Versions, as the Snapshot module knows them. */
export abstract class TrainingSnapshots {
  /** Whether there is such a version, with or without a zip. */
  abstract exists(datasetId: string, version: number): Promise<boolean>;
  /** A worker found other bytes in its zip than were frozen; in the caller's unit of work. */
  abstract doubt(datasetId: string, version: number): Promise<void>;
  /** One whose zip can be read. Throws `unavailable` while that is checked. */
  abstract find(datasetId: string, version: number): Promise<TrainingSnapshot | null>;
}
