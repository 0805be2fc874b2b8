import { randomUUID } from 'node:crypto';
import {
  jobCancelledRpcV1,
  checkpointUploadRpcV1,
  reportsSeenRpcV1,
  trainingFailedV1,
  trainingProgressedV1,
  trainingStartedV1,
  verifyJobRpcV1,
  type EventDefinition,
  type TrainingGrant,
} from '@app/contracts';
import { DomainError } from '@app/kernel';
import { encodeEvent, makeEvent, RpcClient, type NatsLink } from '@app/messaging';

export type AttemptRef = Pick<TrainingGrant, 'job_id' | 'attempt' | 'fencing_token'>;

export interface Report {
  readonly subject: string;
  readonly bytes: Uint8Array;
}

/** Speaks the worker's side of the contract word by word, with the training user's rights: right words and forged ones. */
export class WorkerByHand {
  private readonly rpc: RpcClient;

  constructor(link: NatsLink) {
    this.rpc = new RpcClient(link);
  }

  async claim(jobId: string, claimId: string = randomUUID(), workerId = 'by-hand'): Promise<TrainingGrant> {
    const grant = await this.rpc.request(verifyJobRpcV1, { job_id: jobId, worker_id: workerId, claim_id: claimId });
    if (grant.kind !== undefined) throw new Error(`a grant of a training was expected, and this is one of ${grant.kind}`);
    return grant;
  }

  async stopReason(ref: AttemptRef): Promise<string | null> {
    return (await this.rpc.request(jobCancelledRpcV1, refOf(ref))).reason;
  }

  async seen(ref: AttemptRef): Promise<number> {
    return (await this.rpc.request(reportsSeenRpcV1, refOf(ref))).seen_sequence;
  }

  async mint(ref: AttemptRef, epoch: number, bytes: { readonly size: number; readonly sha256: string }): Promise<{ key: string; url: string; headers: Record<string, string> }> {
    return this.rpc.request(checkpointUploadRpcV1, { ...refOf(ref), kind: 'state', epoch, size_bytes: bytes.size, sha256: bytes.sha256, attempt_suffix: false });
  }
}

/** Code of the refusal; `answered` when there was none. */
export async function codeOf(asking: Promise<unknown>): Promise<string> {
  return asking.then(
    () => 'answered',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
}

export function report(definition: EventDefinition, ref: AttemptRef, facts: { readonly sequence: number; readonly data?: Record<string, unknown> }): Report {
  const data = { ...facts.data, ...refOf(ref), sequence: facts.sequence };
  return { subject: definition.subject, bytes: encodeEvent(makeEvent({ definition, source: 'urn:vision:training', subject: ref.job_id, data })) };
}

export const started = (ref: AttemptRef, sequence: number, epochs: number): Report => report(trainingStartedV1, ref, { sequence, data: { worker_id: 'by-hand', engine: 'onnx', epochs, resumed_from_epoch: 0 } });

/** The figures of an epoch, with one line of log. */
export function epochDone(ref: AttemptRef, sequence: number, at: { readonly epoch: number; readonly epochs: number; readonly value?: number }): Report {
  const { epoch, epochs, value = 0.5 } = at;
  const metrics = {
    epoch,
    train_loss: 1,
    val_loss: 1,
    primary_metric: 'accuracy',
    primary_value: value,
    scores: { accuracy: value },
    learning_rate: 0.01,
    images_per_second: 10,
    cpu_seconds: 1,
    wall_seconds: 1,
  };
  return report(trainingProgressedV1, ref, { sequence, data: { phase: 'evaluating', epoch, epochs, progress: epoch / epochs, images_per_second: 10, seconds_left: null, metrics, log: [`epoch ${epoch}`] } });
}

function refOf(ref: AttemptRef): AttemptRef {
  return { job_id: ref.job_id, attempt: ref.attempt, fencing_token: ref.fencing_token };
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** All that is told of a job that fails at its end. */
export const story = (grant: TrainingGrant, epochs: number): Report[] => [
  started(grant, 1, epochs),
  ...numbers(epochs).map((epoch) => epochDone(grant, epoch + 1, { epoch, epochs })),
  report(trainingFailedV1, grant, { sequence: epochs + 2, data: { code: 'by-hand', detail: 'the end', retryable: false, log: ['the end'] } }),
];
