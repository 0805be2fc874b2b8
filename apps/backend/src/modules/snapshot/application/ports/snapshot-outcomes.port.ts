/** Tells a job that no version can be had for it, where there is no snapshot to tell it. In the caller's unit of work. */
export abstract class SnapshotOutcomes {
  abstract tellFailed(datasetId: string, jobId: string, detail: string): Promise<void>;
}
