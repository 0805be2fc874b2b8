import type { Finding } from '@app/kernel';

/** Adds to what a dataset's owner should know. In the caller's unit of work, under the dataset's lock. */
export abstract class DatasetFindings {
  abstract add(datasetId: string, findings: readonly Finding[]): Promise<void>;
}
