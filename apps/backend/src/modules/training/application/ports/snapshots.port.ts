export interface TrainingSnapshot {
  readonly id: string;
  readonly datasetId: string;
  readonly version: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Complete versions, as the Snapshot module knows them. */
export abstract class TrainingSnapshots {
  abstract find(datasetId: string, version: number): Promise<TrainingSnapshot | null>;
}
