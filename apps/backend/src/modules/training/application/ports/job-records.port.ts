import type { EpochMetrics } from '@app/contracts';

export interface CheckpointRecord {
  readonly epoch: number;
  readonly kind: 'state' | 'model';
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly attempt: number;
}

export interface MintedUpload {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly kind: string;
}

export type JobPublicEventKind = 'job' | 'progress' | 'metrics' | 'checkpoint' | 'log';

/** What hangs on a job and only grows. All inside the caller's unit of work. */
export abstract class JobRecords {
  abstract putMetrics(jobId: string, attempt: number, metrics: EpochMetrics): Promise<void>;
  /** The last epoch that the attempt has told figures of; 0 before the first. */
  abstract lastEpochOf(jobId: string, attempt: number): Promise<number>;
  abstract putCheckpoint(jobId: string, checkpoint: CheckpointRecord): Promise<void>;
  abstract checkpoints(jobId: string): Promise<readonly CheckpointRecord[]>;
  /** The epoch with the best value of the primary metric so far; null without metrics. */
  abstract bestEpoch(jobId: string): Promise<number | null>;
  abstract removeCheckpoint(jobId: string, key: string): Promise<void>;
  abstract appendLog(jobId: string, lines: readonly string[]): Promise<void>;
  abstract appendEvent(jobId: string, kind: JobPublicEventKind, data: unknown): Promise<void>;
  /** Notes that a PUT for this object was handed out. */
  abstract putMinted(jobId: string, upload: MintedUpload): Promise<void>;
  abstract mintedUploads(jobId: string): Promise<readonly MintedUpload[]>;
  /** Their objects are gone, and none comes any more. */
  abstract forgetMinted(jobId: string, keys: readonly string[]): Promise<void>;
  abstract minted(jobId: string, key: string): Promise<MintedUpload | null>;
}
