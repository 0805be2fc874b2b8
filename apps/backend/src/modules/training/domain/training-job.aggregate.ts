import { AggregateRoot } from '@app/kernel';
import type { Attempt } from './attempt.js';
import type { JobPriority } from './job-priority.js';
import { isHeld, isTerminal, mayFollow, type JobState } from './job-state.js';
import type { InferenceRequest, JobFailure, JobSnapshot, JobSplit, ResumePoint, StoredObject, TrainingJobState, TrainingRequest } from './training-job.state.js';
import { TrainingDispatched, TrainingEnded, TrainingQueued, TrainingRequested, TrainingStateChanged, type TrainingJobEvent } from './training-job.events.js';
import { StaleAttempt, TrainingStateConflict } from './training.errors.js';

export type * from './training-job.state.js';

export interface Claim {
  readonly workerId: string;
  readonly claimId: string;
  readonly fencingToken: string;
}

export interface AttemptRef {
  readonly attempt: number;
  readonly fencingToken: string;
}

/** How often a job is tried when workers are lost, in all. */
export const MAX_ATTEMPTS = 3;

/** What a job has not, when it is made. */
const NEW = {
  ...{ attempt: null, phase: null, progress: 0, imagesPerSecond: null, secondsLeft: null, bestEpoch: null, finalModel: null, examples: null, failure: null, split: null },
  ...{ queuedAt: null, dispatch: null, lastTurnAt: null },
  ...{ codeVersion: null, startedAt: null, finishedAt: null, revision: 0 },
} as const;

/** One training: from the request to a model or a reason why not. At most one attempt holds it; terminal is terminal. */
export class TrainingJob extends AggregateRoot<TrainingJobEvent> {
  private constructor(private readonly data: TrainingJobState) {
    super();
  }

  static request(request: TrainingRequest): TrainingJob {
    const { now, ...facts } = request;
    const job = new TrainingJob({ ...NEW, ...facts, kind: 'training', state: 'requested', snapshot: null, inference: null, epoch: request.resumeFrom?.epoch ?? 0, createdAt: now });
    job.raise(new TrainingRequested());
    job.raise(new TrainingStateChanged());
    return job;
  }

  /** A job that uses a model: it waits until its images are named. */
  static use(request: InferenceRequest): TrainingJob {
    const { now, ...facts } = request;
    const { model } = request.inference;
    const nothingToLearn = { hyperparameters: {}, epochs: 1, requestedVersion: request.snapshot?.version ?? null, splitRule: null, retryOf: null, resumeFrom: null, warnings: [], initFrom: null };
    const job = new TrainingJob({ ...NEW, ...facts, ...nothingToLearn, priority: 'normal', model: model.name, state: 'preparing', epoch: 0, createdAt: now });
    job.raise(new TrainingStateChanged());
    return job;
  }

  static restore(state: TrainingJobState): TrainingJob {
    return new TrainingJob({ ...state });
  }

  get state(): Readonly<TrainingJobState> {
    return this.data;
  }

  /** That a worker must offer; null: to use a model is what each can do. */
  get neededModel(): string | null {
    return this.data.kind === 'training' ? this.data.model : null;
  }

  /** The snapshot that the job needs is being built. */
  preparing(): void {
    if (this.data.state === 'requested') this.moveTo('preparing');
  }

  get awaitsSnapshot(): boolean {
    return this.data.kind === 'training' && this.isBeingPrepared;
  }

  private get isBeingPrepared(): boolean {
    return this.data.state === 'requested' || this.data.state === 'preparing';
  }

  snapshotReady(snapshot: JobSnapshot, now: Date): void {
    if (!this.awaitsSnapshot) return;
    this.data.snapshot = snapshot;
    this.queue(now);
  }

  /** It is its turn: workers of the lane may claim it. */
  handOut(lane: string | null, now: Date): void {
    if (this.data.state !== 'queued' || this.data.dispatch !== null) return;
    this.data.dispatch = { lane, at: now };
    this.data.lastTurnAt = now;
    this.raise(new TrainingDispatched());
  }

  /** Nobody claimed it although somebody could have: the message is lost, or with workers that are gone. It is chosen anew. */
  takeBack(): void {
    if (this.data.state === 'queued') this.data.dispatch = null;
  }

  prioritise(priority: JobPriority): void {
    if (isTerminal(this.data.state)) throw new TrainingStateConflict(`The job is ${this.data.state}; its priority means nothing any more.`);
    if (this.data.priority === priority) return;
    this.data.priority = priority;
    this.raise(new TrainingStateChanged());
  }

  /** The images of a job that uses a model are named. */
  imagesReady(images: StoredObject & { readonly count: number }, now: Date): void {
    if (this.data.inference === null || !this.isBeingPrepared) return;
    this.data.inference = { ...this.data.inference, images };
    this.queue(now);
  }

  /** Gives the job to a worker. The same claim asked again gets the same attempt, so that a lost answer costs nothing. */
  claim(claim: Claim): Attempt {
    const current = this.data.attempt;
    if (current?.claimId === claim.claimId && isHeld(this.data.state)) return current;
    if (this.data.state !== 'queued') throw new TrainingStateConflict(`The job is ${this.data.state} and does not wait for a worker.`);
    if (this.data.dispatch === null) throw new TrainingStateConflict('It is not the turn of this job.');
    this.data.dispatch = null;
    const attempt: Attempt = { ...claim, number: (current?.number ?? 0) + 1, seenSequence: 0 };
    this.data.attempt = attempt;
    this.moveTo('verifying');
    return attempt;
  }

  /** Whether the reporter holds the job now. */
  isCurrent(ref: AttemptRef): boolean {
    return isHeld(this.data.state) && this.data.attempt?.number === ref.attempt && this.data.attempt.fencingToken === ref.fencingToken;
  }

  assertCurrent(ref: AttemptRef): void {
    if (!this.isCurrent(ref)) throw new StaleAttempt();
  }

  /** Notes that the report with this number took effect. */
  sawReport(sequence: number): void {
    if (this.data.attempt !== null) this.data.attempt = { ...this.data.attempt, seenSequence: sequence };
  }

  started(facts: { readonly epochs: number; readonly split: JobSplit | null; readonly codeVersion: string | null }, now: Date): void {
    if (this.data.state !== 'verifying') return;
    // Fewer than asked for, never more.
    this.data.epochs = Math.min(this.data.epochs, facts.epochs);
    this.data.split = facts.split ?? this.data.split;
    this.data.codeVersion = facts.codeVersion ?? this.data.codeVersion;
    this.data.startedAt ??= now;
    this.moveTo('running');
  }

  progressed(report: { phase: string; epoch: number; progress: number; imagesPerSecond: number | null; secondsLeft: number | null }): void {
    this.data.phase = report.phase;
    this.data.epoch = Math.max(this.data.epoch, report.epoch);
    this.data.progress = Math.max(this.data.progress, report.progress);
    this.data.imagesPerSecond = report.imagesPerSecond;
    this.data.secondsLeft = report.secondsLeft;
  }

  checkpointed(point: ResumePoint): void {
    if ((this.data.resumeFrom?.epoch ?? 0) < point.epoch) this.data.resumeFrom = point;
  }

  completed(result: { bestEpoch: number; finalModel: StoredObject; examples: StoredObject | null }, now: Date): void {
    this.data.bestEpoch = result.bestEpoch;
    this.data.finalModel = result.finalModel;
    this.data.examples = result.examples;
    this.data.progress = 1;
    this.data.epoch = this.data.epochs === 0 ? this.data.epoch : Math.max(this.data.epoch, result.bestEpoch);
    this.end('completed', now);
  }

  /** What a model says of the job's images lies in the store. */
  predicted(now: Date): void {
    this.data.progress = 1;
    this.data.epoch = this.data.epochs;
    this.end('completed', now);
  }

  /** The object is gone: the job's other traces stay. */
  forgetModel(): void {
    this.data.finalModel = null;
  }

  /** The attempt failed; another one follows where that can help and is not used up. */
  attemptFailed(failure: JobFailure & { retryable: boolean }, now: Date): void {
    if (this.data.state === 'cancelling') return this.end('cancelled', now);
    if (failure.retryable && this.mayTryAgain()) return this.queue(now);
    this.fail(failure, now);
  }

  fail(failure: JobFailure, now: Date): void {
    if (isTerminal(this.data.state)) return;
    this.data.failure = { code: failure.code, detail: failure.detail };
    this.end('failed', now);
  }

  /** The worker was not heard of for the time of a lease. */
  leaseLost(now: Date): void {
    if (!isHeld(this.data.state)) return;
    this.attemptFailed({ code: 'worker-lost', detail: 'The worker was not heard of any more.', retryable: true }, now);
  }

  cancel(now: Date): void {
    const { state } = this.data;
    if (state === 'cancelling' || state === 'cancelled') return;
    if (isTerminal(state)) throw new TrainingStateConflict(`The job is ${state}; there is nothing to cancel.`);
    if (isHeld(state)) this.moveTo('cancelling');
    else this.end('cancelled', now);
  }

  /** The worker has stopped and cleaned up after a cancel. */
  cancelled(now: Date): void {
    if (this.data.state === 'cancelling') this.end('cancelled', now);
  }

  private mayTryAgain(): boolean {
    return (this.data.attempt?.number ?? 0) < MAX_ATTEMPTS;
  }

  private queue(now: Date): void {
    this.moveTo('queued');
    this.data.queuedAt ??= now;
    this.data.phase = null;
    this.data.imagesPerSecond = null;
    this.data.secondsLeft = null;
    this.raise(new TrainingQueued());
  }

  private end(state: 'completed' | 'failed' | 'cancelled', now: Date): void {
    this.moveTo(state);
    this.data.finishedAt = now;
    this.data.dispatch = null;
    this.raise(new TrainingEnded());
    this.data.phase = null;
    this.data.secondsLeft = null;
  }

  private moveTo(state: JobState): void {
    if (!mayFollow(this.data.state, state)) throw new TrainingStateConflict(`A job that is ${this.data.state} cannot become ${state}.`);
    this.data.state = state;
    this.raise(new TrainingStateChanged());
  }
}
