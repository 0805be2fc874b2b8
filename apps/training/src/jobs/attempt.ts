import { trainingCancelledV1, trainingCompletedV1, trainingFailedV1, trainingPredictedV1, type InferenceGrant, type WorkGrant } from '@app/contracts';
import { inSpanOfTrace } from '@app/observability';
import type { BackendClient } from '../backend-client/backend-client.port.js';
import type { ReportPublisher } from '../backend-client/report-publisher.port.js';
import type { StoredObject } from '../checkpoints/object-uploader.js';
import type { InferencePipeline, SaidOfImages } from '../inference/inference-pipeline.js';
import type { TrainingLog } from '../training-log.js';
import { attemptLog, type AttemptContext } from './attempt-context.js';
import { AttemptStopped, causesOf, toFailure, type AttemptFailure, type StopReason } from './attempt-errors.js';
import type { AttemptFolders } from './attempt-folder.js';
import type { AttemptPipeline, TrainedModel } from './attempt-pipeline.js';
import { AttemptWatch, type AttemptWatchOptions } from './attempt-watch.js';
import type { WorkerMetrics } from '../health/worker-metrics.js';
import type { JournalKeeper } from './journal-keeper.js';
import { LogTail } from './log-tail.js';
import { ProgressReporter } from './progress-reporter.js';
import { ReportJournal, type JournalOptions } from './report-journal.js';

export interface AttemptParts {
  readonly backend: BackendClient;
  readonly publisher: ReportPublisher;
  readonly folders: AttemptFolders;
  readonly pipeline: AttemptPipeline;
  readonly inference: InferencePipeline;
  readonly keeper: JournalKeeper;
  readonly log: TrainingLog;
  readonly metrics?: WorkerMetrics;
  readonly watch: AttemptWatchOptions;
  readonly journal?: Partial<JournalOptions>;
  /** Between two reports of progress inside an epoch. 1,000 ms. */
  readonly progressMilliseconds: number;
}

export interface Trace {
  readonly correlationId?: string;
  readonly causationId?: string;
}

export type AttemptOutcome = 'completed' | 'failed' | StopReason;

/** What a job has made. */
type Product = { readonly model: TrainedModel } | { readonly said: SaidOfImages };

type Ending = { readonly outcome: 'completed'; readonly product: Product } | { readonly outcome: 'failed'; readonly failure: AttemptFailure } | { readonly outcome: StopReason };

const MAX_DETAIL_CHARACTERS = 1000;
/** A lease survives two lost beats at least. */
const BEATS_PER_LEASE = 4;
const FALLBACK_EPOCHS = 1;

/** One run of a job: everything between the grant and the last report. */
export class Attempt {
  private readonly controller = new AbortController();
  private readonly tail = new LogTail();
  private readonly log: TrainingLog;

  constructor(
    private readonly grant: WorkGrant,
    private readonly parts: AttemptParts,
    private readonly trace: Trace = {},
  ) {
    this.log = attemptLog(parts.log, this.tail, grant);
  }

  /** Ends the attempt soon; the first reason counts. */
  stop(reason: StopReason): void {
    this.abort(new AttemptStopped(reason));
  }

  /** Never throws. When it resolves the temporary files are gone and the reports are handed to the journal keeper. */
  async run(): Promise<AttemptOutcome> {
    const { backend, publisher, log, keeper, watch: watchOptions } = this.parts;
    const journal = new ReportJournal({ attempt: this.grant, backend, publisher, log, options: this.parts.journal, onFenced: () => this.stop('stale-attempt'), ...this.trace });
    const watch = new AttemptWatch(this.grant, backend, (reason) => this.abort(reason), { ...watchOptions, heartbeatMilliseconds: this.beatMilliseconds() }, log);
    watch.start();
    const span = { attributes: { 'vision.job_id': this.grant.job_id, 'vision.attempt': this.grant.attempt, 'vision.dataset_id': this.grant.dataset_id } };
    const ending = await inSpanOfTrace('training attempt', span, () => this.work(journal, watch));
    watch.stop();
    this.tell(journal, ending);
    this.parts.metrics?.count('vision_training_attempts_total', { outcome: ending.outcome });
    if (ending.outcome === 'stale-attempt') await journal.close();
    else keeper.keep(journal, this.grant, this.beatMilliseconds());
    return ending.outcome;
  }

  /** As configured, and often enough for the lease that was granted. */
  private beatMilliseconds(): number {
    return Math.min(this.parts.watch.heartbeatMilliseconds, (this.grant.lease_seconds * 1000) / BEATS_PER_LEASE);
  }

  private async work(journal: ReportJournal, watch: AttemptWatch): Promise<Ending> {
    try {
      // Between the grant and the first byte it may have been cancelled.
      await watch.ask();
      this.controller.signal.throwIfAborted();
      return { outcome: 'completed', product: await this.inFolder(journal) };
    } catch (error) {
      return this.endingOf(error);
    }
  }

  private async inFolder(journal: ReportJournal): Promise<Product> {
    const folder = await this.parts.folders.create(this.grant);
    try {
      const epochs = epochsOf(this.grant);
      const progress = new ProgressReporter(journal, this.tail, { epochs, leastMilliseconds: this.parts.progressMilliseconds });
      const context = { epochs, folder, journal, progress, tail: this.tail, log: this.log, signal: this.controller.signal };
      const product = await this.produce(context);
      this.controller.signal.throwIfAborted();
      return product;
    } finally {
      await folder.remove();
    }
  }

  private async produce(context: Omit<AttemptContext, 'grant'>): Promise<Product> {
    const { grant, parts } = this;
    if (isInference(grant)) return { said: await parts.inference.run({ ...context, grant }) };
    return { model: await parts.pipeline.run({ ...context, grant }) };
  }

  private endingOf(error: unknown): Ending {
    // Whatever broke after the stop broke because of it.
    const stopped: unknown = this.controller.signal.aborted ? this.controller.signal.reason : error;
    if (stopped instanceof AttemptStopped) {
      this.parts.log.info(`job ${this.grant.job_id}, attempt ${this.grant.attempt}: ${stopped.message}`);
      return { outcome: stopped.reason };
    }
    const failure = toFailure(error);
    this.log.error(failure.detail);
    this.parts.log.error(`job ${this.grant.job_id}, attempt ${this.grant.attempt}: ${causesOf(error)}`);
    return { outcome: 'failed', failure };
  }

  private tell(journal: ReportJournal, ending: Ending): void {
    switch (ending.outcome) {
      case 'completed':
        this.tellProduct(journal, ending.product);
        return;
      case 'cancelled':
        journal.add({ definition: trainingCancelledV1, data: {} });
        return;
      case 'failed':
        this.tellFailure(journal, ending.failure);
        return;
      case 'worker-stopped':
        this.tellFailure(journal, { code: 'worker-stopped', detail: 'The training service was stopped; another attempt goes on from the last checkpoint.', retryable: true });
        return;
      case 'stale-attempt':
        // The job belongs to another worker: nothing of ours counts any more.
        return;
    }
  }

  private tellProduct(journal: ReportJournal, product: Product): void {
    if ('model' in product) return journal.add({ definition: trainingCompletedV1, data: completedData(product.model) });
    const { predictions, images, failedImages } = product.said;
    journal.add({ definition: trainingPredictedV1, data: { predictions, images, failed_images: failedImages } });
  }

  private tellFailure(journal: ReportJournal, failure: Pick<AttemptFailure, 'code' | 'detail' | 'retryable'>): void {
    journal.add({
      definition: trainingFailedV1,
      data: { code: failure.code, detail: failure.detail.slice(0, MAX_DETAIL_CHARACTERS), retryable: failure.retryable, log: this.tail.last() },
    });
  }

  private abort(reason: AttemptStopped): void {
    if (!this.controller.signal.aborted) this.controller.abort(reason);
  }
}

function completedData({ bestEpoch, finalModel, examples }: TrainedModel): { best_epoch: number; final_model: StoredObject; examples?: StoredObject } {
  return { best_epoch: bestEpoch, final_model: finalModel, ...(examples === undefined ? {} : { examples }) };
}

const isInference = (grant: WorkGrant): grant is InferenceGrant => grant.kind === 'evaluation' || grant.kind === 'prelabel';

function epochsOf(grant: WorkGrant): number {
  const epochs = isInference(grant) ? FALLBACK_EPOCHS : grant.hyperparameters['epochs'];
  return typeof epochs === 'number' ? epochs : FALLBACK_EPOCHS;
}
