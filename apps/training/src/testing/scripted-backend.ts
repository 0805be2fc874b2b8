import { randomUUID } from 'node:crypto';
import {
  ALL_EVENTS,
  checkpointUploadRpcV1,
  jobCancelledRpcV1,
  reportsSeenRpcV1,
  trainingDispatchedV1,
  trainingGrantSchema,
  trainingStartedV1,
  verifyJobRpcV1,
  workerHeartbeatV1,
  type RpcDefinition,
  type TrainingGrant,
} from '@app/contracts';
import { DomainError, newId } from '@app/kernel';
import { decodeEvent, ensureConsumer, ensureStreams, EventPublisher, type NatsLink } from '@app/messaging';
import { objectKeys, type Presigner } from '@app/object-store';
import type { JsMsg } from '@nats-io/jetstream';

interface Job {
  readonly grant: TrainingGrant;
  claimId: string | null;
  stop: 'cancelled' | 'stale-attempt' | null;
  isFenced: boolean;
  seen: number;
  readonly reports: Report[];
  readonly minted: Map<string, string>;
}

export interface Report {
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

export type GrantFacts = Pick<TrainingGrant, 'snapshot' | 'hyperparameters'> & Partial<TrainingGrant>;

const REPORTS_DURABLE = 'scripted-backend-reports';
const PREFIX = 'vision.training.job.';

/** The other side of the contract: answers a worker's questions and takes its reports in order, as the backend's Training module does. */
export class ScriptedBackend {
  readonly jobs = new Map<string, Job>();
  readonly asked: string[] = [];
  heartbeats = 0;
  /** Called for every question before it is answered; may change the script. */
  onQuestion: (subject: string) => void = () => undefined;
  private isAway = false;
  private closed = false;
  private consuming: Promise<void> = Promise.resolve();

  constructor(
    private readonly link: NatsLink,
    private readonly presigner: Presigner,
  ) {}

  async start(): Promise<void> {
    await this.link.whenConnected();
    await this.makeTopology();
    const connection = this.link.current();
    const serve = (definition: RpcDefinition, answer: (request: never) => unknown): void => {
      connection.subscribe(definition.subject, {
        callback: (error, message) => {
          if (error !== null || this.isAway) return;
          this.asked.push(definition.subject);
          this.onQuestion(definition.subject);
          message.respond(JSON.stringify(this.reply(definition, message.json(), answer)));
        },
      });
    };
    serve(verifyJobRpcV1, (request: { job_id: string; claim_id: string }) => this.verify(request));
    serve(checkpointUploadRpcV1, (request: never) => this.mint(request));
    serve(jobCancelledRpcV1, (request: { job_id: string }) => ({ stop: this.job(request.job_id).stop !== null, reason: this.job(request.job_id).stop }));
    serve(reportsSeenRpcV1, (request: { job_id: string }) => ({ seen_sequence: this.notFenced(request.job_id).seen }));
    connection.subscribe(workerHeartbeatV1.subject, { callback: () => void (this.heartbeats += 1) });
    this.consuming = this.consume();
  }

  /** Also after the broker lost its disk. */
  async makeTopology(): Promise<void> {
    const manager = await this.link.manager();
    await ensureStreams(manager);
    await ensureConsumer(manager, { stream: 'VISION_TRAINING_WORK', durable: 'training-workers', subject: trainingDispatchedV1.subject, ackWaitSeconds: 30, maxAckPending: 100 });
    await ensureConsumer(manager, { stream: trainingStartedV1.stream, durable: REPORTS_DURABLE, subject: `${PREFIX}*.v1`, ackWaitSeconds: 30, maxAckPending: 1000 });
  }

  /** Reports that the broker holds and that had no effect yet. */
  async untakenReports(): Promise<number> {
    const facts = await (await this.link.manager()).consumers.info(trainingStartedV1.stream, REPORTS_DURABLE);
    return facts.num_pending + facts.num_ack_pending;
  }

  goAway(): void {
    this.isAway = true;
  }
  comeBack(): void {
    this.isAway = false;
  }

  addJob(facts: GrantFacts): Job {
    const grant = trainingGrantSchema.parse({
      job_id: newId(),
      attempt: 1,
      fencing_token: randomUUID(),
      expires_at: new Date(Date.now() + 60_000).toISOString(),
      lease_seconds: 60,
      dataset_id: 'platform-bars-0123abcd',
      task_type: 'image_classification',
      model: 'cnn-small',
      split: null,
      resume_from: null,
      ...facts,
    });
    const job: Job = { grant, claimId: null, stop: null, isFenced: false, seen: 0, reports: [], minted: new Map() };
    this.jobs.set(grant.job_id, job);
    return job;
  }

  async dispatch(jobId: string): Promise<void> {
    const publisher = new EventPublisher(this.link, 'urn:vision:backend');
    await publisher.send(publisher.make({ definition: trainingDispatchedV1, subject: jobId, data: { job_id: jobId } }));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.consuming;
  }

  private reply(definition: RpcDefinition, request: unknown, answer: (request: never) => unknown): unknown {
    try {
      // The contract's own schemas judge both sides.
      return { ok: true, data: definition.reply.parse(answer(definition.request.parse(request) as never)) };
    } catch (error) {
      if (error instanceof DomainError) return { ok: false, code: error.code, detail: error.detail };
      throw error;
    }
  }

  private job(jobId: string): Job {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw new DomainError('not-found', 'There is no such job.');
    return job;
  }

  private notFenced(jobId: string): Job {
    const job = this.job(jobId);
    if (job.isFenced) throw new DomainError('stale-attempt', 'Another worker holds the job.');
    return job;
  }

  private verify(request: { job_id: string; claim_id: string }): TrainingGrant {
    const job = this.job(request.job_id);
    if (job.claimId !== null && job.claimId !== request.claim_id) throw new DomainError('state-conflict', 'The job is taken.');
    job.claimId = request.claim_id;
    return job.grant;
  }

  private mint(request: { job_id: string; kind: 'state' | 'model' | 'final' | 'metrics' | 'examples'; epoch: number; size_bytes: number; sha256: string; attempt_suffix: boolean; attempt: number }): unknown {
    const job = this.notFenced(request.job_id);
    const attempt = request.attempt_suffix ? request.attempt : undefined;
    const keys = {
      state: objectKeys.checkpoint(request.job_id, { epoch: request.epoch, extension: 'ckpt', attempt }),
      model: objectKeys.checkpoint(request.job_id, { epoch: request.epoch, extension: 'onnx', attempt }),
      final: objectKeys.finalModel(request.job_id, attempt),
      metrics: objectKeys.metrics(request.job_id, attempt),
      examples: objectKeys.validationExamples(request.job_id, attempt),
    };
    const key = keys[request.kind];
    job.minted.set(key, request.sha256);
    const put = this.presigner.presignPut(key, { sizeBytes: request.size_bytes, sha256: request.sha256, contentType: 'application/octet-stream', expiresInSeconds: 600 });
    return { key, url: put.url, headers: put.headers, expires_at: put.expiresAt.toISOString() };
  }

  private async consume(): Promise<void> {
    while (!this.closed) {
      try {
        const consumer = await this.link.jetstream().consumers.get(trainingStartedV1.stream, REPORTS_DURABLE);
        const messages = await consumer.fetch({ max_messages: 100, expires: 1_000 });
        for await (const message of messages) this.settle(message);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  private settle(message: JsMsg): void {
    if (!this.isAway && this.take(message.subject, message.data)) message.ack();
    else message.nak(200);
  }

  /** False: a report before this one is missing. */
  private take(subject: string, bytes: Uint8Array): boolean {
    const definition = ALL_EVENTS.find((one) => one.subject === subject);
    if (definition === undefined) return true;
    const decoded = decodeEvent(bytes, subject, definition.data);
    if (!decoded.ok) throw new Error(decoded.reason);
    const data = decoded.event.data as Record<string, unknown> & { job_id: string; sequence?: number };
    const job = this.jobs.get(data.job_id);
    if (job === undefined || data.sequence === undefined || job.isFenced || data.sequence <= job.seen) return true;
    if (data.sequence > job.seen + 1) return false;
    job.seen = data.sequence;
    job.reports.push({ kind: subject.slice(PREFIX.length, -'.v1'.length), data });
    return true;
  }
}
