import type { WorkGrant } from '@app/contracts';
import { DomainError, newId } from '@app/kernel';
import { reasonOf } from '../training-log.js';
import type { WorkerPresence } from './worker-presence.js';
import { Attempt, type AttemptOutcome, type AttemptParts, type Trace } from './attempt.js';

/** What became of a message that announces work. */
export type Verdict =
  | { readonly kind: 'done'; readonly outcome: AttemptOutcome }
  /** The backend said no. `isUnknown`: it has never heard of the job, so somebody else wrote the message. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isUnknown: boolean }
  /** Not now: the backend gave no answer, or this worker is about to stop. */
  | { readonly kind: 'later'; readonly reason: string };

/** Claims that got no answer yet; more than a few at once means that the queue holds forgeries. */
const MAX_OPEN_CLAIMS = 1000;
const NO_ANSWER_CODES: ReadonlySet<string> = new Set(['unavailable', 'internal', 'rate-limited', 'in-progress']);

/** Takes one job at a time: asks the backend first, and does nothing without its yes. */
export class TrainingWorker {
  private attempt: Attempt | null = null;
  private taking: Promise<Verdict> | null = null;
  private stopping = false;
  /** A claim keeps its id until it is answered, so that an answer that got lost is given again. */
  private readonly openClaims = new Map<string, string>();

  constructor(
    private readonly parts: AttemptParts,
    private readonly presence: WorkerPresence,
  ) {}

  get isBusy(): boolean {
    return this.taking !== null;
  }

  /** After a crash: removes what was left behind. Before the first job. */
  async prepare(): Promise<void> {
    const left = await this.parts.folders.sweep();
    if (left > 0) this.parts.log.warn(`${left} folders of attempts that a crash ended were removed`);
    this.presence.start();
  }

  /** Resolves when the attempt is over. */
  async take(jobId: string, trace: Trace = {}): Promise<Verdict> {
    if (this.stopping || this.taking !== null) return { kind: 'later', reason: this.stopping ? 'this worker stops' : 'this worker is busy' };
    this.taking = this.verifyAndRun(jobId, trace);
    try {
      return await this.taking;
    } finally {
      this.taking = null;
      this.presence.isFree();
    }
  }

  private async verifyAndRun(jobId: string, trace: Trace): Promise<Verdict> {
    const answer = await this.ask(jobId);
    if (!('grant' in answer)) return answer;
    const { grant } = answer;
    if (grant.job_id !== jobId) return { kind: 'refused', reason: 'the grant is for another job', isUnknown: true };
    return this.run(grant, trace);
  }

  /** Ends the attempt in progress, waits until its reports lie at the broker, within the budget. */
  async stop(budgetMilliseconds: number): Promise<void> {
    this.stopping = true;
    this.presence.leave();
    const deadline = Date.now() + budgetMilliseconds;
    this.attempt?.stop('worker-stopped');
    const late = new Promise<void>((resolve) => setTimeout(resolve, budgetMilliseconds).unref());
    // A question in the air may still bring a grant; the attempt then ends at once and gives the job back.
    await Promise.race([Promise.allSettled([this.taking]), late]);
    await this.parts.keeper.close(Math.max(500, deadline - Date.now()));
  }

  private async run(grant: WorkGrant, trace: Trace): Promise<Verdict> {
    const attempt = new Attempt(grant, this.parts, trace);
    this.parts.log.info(`job ${grant.job_id}, attempt ${grant.attempt}: begins`);
    this.attempt = attempt;
    this.presence.works(grant.job_id);
    // The process was told to stop while the backend answered.
    if (this.stopping) attempt.stop('worker-stopped');
    try {
      const outcome = await attempt.run();
      this.parts.log.info(`job ${grant.job_id}, attempt ${grant.attempt}: ${outcome}`);
      return { kind: 'done', outcome };
    } finally {
      this.attempt = null;
    }
  }

  private async ask(jobId: string): Promise<{ readonly grant: WorkGrant } | Exclude<Verdict, { kind: 'done' }>> {
    const claimId = this.openClaims.get(jobId) ?? newId();
    try {
      const grant = await this.parts.backend.verify(jobId, claimId);
      this.openClaims.delete(jobId);
      return { grant };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (!NO_ANSWER_CODES.has(error.code)) {
        this.openClaims.delete(jobId);
        return { kind: 'refused', reason: error.message, isUnknown: error.code === 'not-found' };
      }
      if (this.openClaims.size < MAX_OPEN_CLAIMS) this.openClaims.set(jobId, claimId);
      return { kind: 'later', reason: reasonOf(error) };
    }
  }
}
