import type { TrainingGrant, WorkGrant } from '@app/contracts';

/** Names one attempt and proves that its holder asks. */
export type AttemptRef = Pick<TrainingGrant, 'job_id' | 'attempt' | 'fencing_token'>;

export type UploadKind = 'state' | 'model' | 'final' | 'metrics' | 'examples' | 'predictions';

export interface UploadRequest {
  readonly kind: UploadKind;
  readonly epoch: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The common name is taken by other bytes: ask for the attempt's own name. */
  readonly attemptSuffix: boolean;
}

export interface UploadPermit {
  readonly key: string;
  readonly url: string;
  /** Sent exactly as they are: they are signed. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the worker asks the backend. Every answer may be the DomainError `unavailable`: nobody answered. */
export abstract class BackendClient {
  /** May this worker run the job? The same claim asked again gets the same grant. Refusals are DomainErrors. */
  abstract verify(jobId: string, claimId: string): Promise<WorkGrant>;
  /** Why the attempt must stop, or null when it is still wanted. */
  abstract stopReason(attempt: AttemptRef): Promise<'cancelled' | 'stale-attempt' | null>;
  abstract requestUpload(attempt: AttemptRef, request: UploadRequest): Promise<UploadPermit>;
  /** Up to which number the reports of the attempt took effect; `stale-attempt` when another worker holds the job. */
  abstract seenSequence(attempt: AttemptRef): Promise<number>;
  /** Proof of life; lost silently while the broker is away. */
  abstract heartbeat(attempt: AttemptRef): void;
}
