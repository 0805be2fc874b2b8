import type { EventDefinition } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { AttemptRef, BackendClient } from '../backend-client/backend-client.port.js';
import type { PreparedReport, ReportPublisher } from '../backend-client/report-publisher.port.js';
import { backoffMilliseconds } from '../pause.js';
import { reasonOf, type TrainingLog } from '../training-log.js';
import { MAX_LOG_LINES } from './log-tail.js';

export interface JournalOptions {
  /** Between two questions of what took effect. 5 s: three of them fit into the wait before a repeat. */
  readonly confirmMilliseconds: number;
  /** Answers without progress for so long mean that the broker lost what it had stored. 15 s. */
  readonly resendAfterMilliseconds: number;
  /** First and longest pause while the broker is away. */
  readonly retryMilliseconds: { readonly first: number; readonly most: number };
}

export const DEFAULT_JOURNAL_OPTIONS: JournalOptions = {
  confirmMilliseconds: 5_000,
  resendAfterMilliseconds: 15_000,
  retryMilliseconds: { first: 250, most: 5_000 },
};

export interface ReportDraft {
  readonly definition: EventDefinition;
  readonly data: Readonly<Record<string, unknown>>;
  /** A newer one may take its place while it waits (progress inside an epoch): an outage then costs no memory. */
  readonly replaceable?: boolean;
}

export interface JournalParts {
  readonly attempt: AttemptRef;
  readonly backend: Pick<BackendClient, 'seenSequence'>;
  readonly publisher: ReportPublisher;
  readonly log: TrainingLog;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly options?: Partial<JournalOptions>;
  /** Another worker holds the job now. */
  readonly onFenced?: () => void;
}

interface Numbered {
  readonly sequence: number;
  readonly event: PreparedReport;
  sent: boolean;
}

/**
 * The reports of one attempt, numbered from 1 and sent in order. A report is kept until the backend says that it took effect. Everything
 * unconfirmed is sent again after each reconnect (so that a broker without its disk gets the oldest first), and when the backend answers
 * for a while without having seen it.
 */
export class ReportJournal {
  private readonly options: JournalOptions;
  private readonly waiting: ReportDraft[] = [];
  private unseen: Numbered[] = [];
  private nextSequence = 1;
  private failures = 0;
  private stagnantSince: number | null = null;
  private lastConfirm = Date.now();
  private ended = false;
  private fenced = false;
  private wake: () => void = () => undefined;
  private readonly waiters = new Set<() => void>();
  private readonly stopListening: () => void;
  private readonly running: Promise<void>;

  constructor(private readonly parts: JournalParts) {
    this.options = { ...DEFAULT_JOURNAL_OPTIONS, ...parts.options };
    this.stopListening = parts.publisher.onReconnect(() => this.sendAgain());
    this.running = this.run();
  }

  /** Takes a report; the sending goes on beside. Nothing is taken once the attempt was fenced off. */
  add(draft: ReportDraft): void {
    if (this.ended) return;
    const last = this.waiting.at(-1);
    if (draft.replaceable === true && last?.replaceable === true) this.waiting[this.waiting.length - 1] = merged(last, draft);
    else this.waiting.push(draft);
    this.wake();
  }

  /** Reports that are not known to have taken effect. */
  get outstanding(): number {
    return this.waiting.length + this.unseen.length;
  }

  get isFenced(): boolean {
    return this.fenced;
  }

  /** Resolves true when every report took effect, false when the budget is used up or the attempt was fenced off. */
  async whenSeen(budgetMilliseconds: number): Promise<boolean> {
    return this.waitUntil(() => this.outstanding === 0, budgetMilliseconds);
  }

  /** The same for having reached the broker: all that a process that must go can wait for. */
  async whenSent(budgetMilliseconds: number): Promise<boolean> {
    return this.waitUntil(() => this.waiting.length === 0 && this.unseen.every((one) => one.sent), budgetMilliseconds);
  }

  /** Ends the sending; what is left is forgotten. */
  async close(): Promise<void> {
    this.ended = true;
    this.stopListening();
    this.changed();
    this.wake();
    await this.running;
  }

  private async waitUntil(isReached: () => boolean, budgetMilliseconds: number): Promise<boolean> {
    const deadline = Date.now() + budgetMilliseconds;
    this.wake();
    while (!isReached() && !this.ended && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.waiters.delete(done);
          resolve();
        };
        const timer = setTimeout(done, Math.max(1, deadline - Date.now()));
        this.waiters.add(done);
      });
    }
    return isReached() && !this.fenced;
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      const next = this.nextOrNothing();
      if (next !== undefined) await this.sendOne(next);
      else await this.sleep(this.untilConfirm());
      if (!this.ended && this.untilConfirm() <= 0) await this.confirm();
    }
  }

  /** A report that does not fit its own schema is a mistake of ours: it gets no number, and the others go on. */
  private nextOrNothing(): Numbered | undefined {
    try {
      return this.nextToSend();
    } catch (error) {
      this.parts.log.error(`a report of job ${this.parts.attempt.job_id} was not sent: ${reasonOf(error)}`);
      this.changed();
      return undefined;
    }
  }

  private nextToSend(): Numbered | undefined {
    const unsent = this.unseen.find((one) => !one.sent);
    if (unsent !== undefined) return unsent;
    const draft = this.waiting.shift();
    if (draft === undefined) return undefined;
    const { attempt, publisher, correlationId, causationId } = this.parts;
    const sequence = this.nextSequence;
    const data = { ...draft.data, job_id: attempt.job_id, attempt: attempt.attempt, fencing_token: attempt.fencing_token, sequence };
    const event = publisher.prepare({ definition: draft.definition, jobId: attempt.job_id, data, correlationId, causationId });
    this.nextSequence += 1;
    const numbered: Numbered = { sequence, event, sent: false };
    this.unseen.push(numbered);
    return numbered;
  }

  private async sendOne(report: Numbered): Promise<void> {
    try {
      await this.parts.publisher.send(report.event);
      report.sent = true;
      this.failures = 0;
      this.stagnantSince = null;
      this.changed();
    } catch (error) {
      if (this.failures === 0) this.parts.log.warn(`reports of job ${this.parts.attempt.job_id} wait for the broker: ${reasonOf(error)}`);
      const { first, most } = this.options.retryMilliseconds;
      await this.sleep(backoffMilliseconds(this.failures, { firstMilliseconds: first, mostMilliseconds: most }));
      this.failures += 1;
    }
  }

  private untilConfirm(): number {
    if (!this.unseen.some((one) => one.sent)) return Math.max(1, this.options.confirmMilliseconds);
    return this.lastConfirm + this.options.confirmMilliseconds - Date.now();
  }

  private async confirm(): Promise<void> {
    this.lastConfirm = Date.now();
    try {
      this.accept(await this.parts.backend.seenSequence(this.parts.attempt));
    } catch (error) {
      if (error instanceof DomainError && (error.code === 'stale-attempt' || error.code === 'not-found')) this.fence();
      // No answer says nothing about the reports; only an answer without progress does.
      else this.stagnantSince = null;
    }
    this.lastConfirm = Date.now();
  }

  private accept(seenSequence: number): void {
    const before = this.unseen.length;
    this.unseen = this.unseen.filter((one) => one.sequence > seenSequence);
    if (this.unseen.length < before) {
      this.stagnantSince = null;
      this.changed();
      return;
    }
    this.stagnantSince ??= Date.now();
    if (Date.now() - this.stagnantSince < this.options.resendAfterMilliseconds) return;
    this.parts.log.warn(`${this.unseen.length} reports of job ${this.parts.attempt.job_id} took no effect and are sent again`);
    this.sendAgain();
  }

  /** In order and under the same ids: the broker drops what it still has, and so does the backend. */
  private sendAgain(): void {
    for (const one of this.unseen) one.sent = false;
    this.stagnantSince = null;
    this.wake();
  }

  private fence(): void {
    this.fenced = true;
    this.ended = true;
    this.waiting.length = 0;
    this.unseen = [];
    this.changed();
    this.parts.onFenced?.();
  }

  private changed(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  private async sleep(milliseconds: number): Promise<void> {
    if (this.ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, milliseconds));
      this.wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = (): void => undefined;
  }
}

/** The newer figures; log lines of both. */
function merged(older: ReportDraft, newer: ReportDraft): ReportDraft {
  const lines = [...logOf(older), ...logOf(newer)].slice(-MAX_LOG_LINES);
  return { ...newer, data: { ...newer.data, ...(lines.length === 0 ? {} : { log: lines }) } };
}

function logOf(draft: ReportDraft): readonly unknown[] {
  const { log } = draft.data;
  return Array.isArray(log) ? log : [];
}
