import { checkpointUploadRpcV1, jobCancelledRpcV1, reportsSeenRpcV1, verifyJobRpcV1, workerHeartbeatV1, type WorkGrant } from '@app/contracts';
import type { EventPublisher, RpcClient } from '@app/messaging';
import { BackendClient, type AttemptRef, type UploadPermit, type UploadRequest } from './backend-client.port.js';

export interface NatsBackendClientOptions {
  readonly workerId: string;
  /** How long an answer may take, milliseconds. */
  readonly timeoutMilliseconds: number;
}

/** The questions as requests over core NATS. */
export class NatsBackendClient extends BackendClient {
  constructor(
    private readonly rpc: RpcClient,
    private readonly publisher: EventPublisher,
    private readonly options: NatsBackendClientOptions,
  ) {
    super();
  }

  async verify(jobId: string, claimId: string): Promise<WorkGrant> {
    return this.rpc.request(verifyJobRpcV1, { job_id: jobId, worker_id: this.options.workerId, claim_id: claimId }, this.options);
  }

  async stopReason(attempt: AttemptRef): Promise<'cancelled' | 'stale-attempt' | null> {
    const reply = await this.rpc.request(jobCancelledRpcV1, refOf(attempt), { ...this.options, isPoll: true });
    // A stop without a reason is still a stop; the job's holder is then somebody else.
    return reply.stop ? (reply.reason ?? 'stale-attempt') : null;
  }

  async requestUpload(attempt: AttemptRef, request: UploadRequest): Promise<UploadPermit> {
    const { kind, epoch, sizeBytes, sha256, attemptSuffix } = request;
    return this.rpc.request(
      checkpointUploadRpcV1,
      { ...refOf(attempt), kind, epoch, size_bytes: sizeBytes, sha256, attempt_suffix: attemptSuffix },
      this.options,
    );
  }

  async seenSequence(attempt: AttemptRef): Promise<number> {
    return (await this.rpc.request(reportsSeenRpcV1, refOf(attempt), { ...this.options, isPoll: true })).seen_sequence;
  }

  heartbeat(attempt: AttemptRef): void {
    this.publisher.signal(workerHeartbeatV1, { worker_id: this.options.workerId, ...refOf(attempt) });
  }
}

/** The three fields only, whatever else the grant in hand carries. */
function refOf(attempt: AttemptRef): AttemptRef {
  return { job_id: attempt.job_id, attempt: attempt.attempt, fencing_token: attempt.fencing_token };
}
