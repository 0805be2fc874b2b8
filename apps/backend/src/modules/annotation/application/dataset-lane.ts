import type { ClassTable } from '@app/dice-format';
import { DomainError, type ErrorCode } from '@app/kernel';
import type { ClassCatalogue, KnownClasses } from './class-catalogue.js';
import type { AnnotationStore, ImageAnswer, ImageQuestion, LabelEdit } from './ports/annotation-store.port.js';
import type { WriteOutcome, WriteRequest, WriteTarget } from './write-request.js';

/** In one statement: some hundred kilobytes of parameters, and a lock held for some milliseconds. */
const MOST_IN_BATCH = 256;
/**
 * One is written while the next is read and checked; more would wait for the dataset's lock with a connection in hand. The next begins when it is as large as
 * the one before it: a batch costs much that does not grow with it, and the busier it is, the more go together.
 */
const MOST_BATCHES = 2;
/** An image that other processes write all the time; its client is told to come again. */
const MOST_ATTEMPTS = 8;

/** Refusals that one request cannot be the cause of. */
const OF_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'not-found', 'state-conflict']);

interface Waiting {
  readonly request: WriteRequest;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

interface Decided {
  readonly waiting: Waiting;
  readonly target: WriteTarget;
  readonly edit: LabelEdit;
}

export interface LaneOptions {
  readonly store: AnnotationStore;
  readonly classes: ClassCatalogue;
  readonly onWritten: (edits: readonly LabelEdit[]) => void;
  readonly onIdle: () => void;
}

/** The writes of one dataset in this process, in the order in which they came. */
export class DatasetLane {
  private queue: Waiting[] = [];
  private readonly busy = new Set<number>();
  private running = 0;
  private planned = false;

  constructor(
    private readonly datasetId: string,
    private readonly options: LaneOptions,
  ) {}

  add(request: WriteRequest): Promise<WriteOutcome> {
    return new Promise((resolve, reject) => {
      this.queue.push({ request, resolve, reject, attempts: 0 });
      this.plan();
    });
  }

  /** At the end of this tick: what else it brings comes along. */
  private plan(): void {
    if (this.planned || this.running >= MOST_BATCHES || this.queue.length < this.busy.size) return;
    this.planned = true;
    setImmediate(() => {
      this.planned = false;
      this.start();
    });
  }

  private start(): void {
    const batch = this.take();
    if (batch.length === 0) {
      if (this.running === 0 && this.queue.length === 0) this.options.onIdle();
      return;
    }
    this.running += 1;
    void this.run(batch).finally(() => {
      this.running -= 1;
      for (const { request } of batch) this.busy.delete(request.number);
      this.plan();
    });
    if (this.queue.length > 0) this.plan();
  }

  /** The first of the queue, each image once and none that is being written. */
  private take(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    for (const waiting of this.queue) {
      const { number } = waiting.request;
      if (batch.length >= MOST_IN_BATCH || this.busy.has(number)) left.push(waiting);
      else {
        this.busy.add(number);
        batch.push(waiting);
      }
    }
    this.queue = left;
    return batch.sort((a, b) => a.request.number - b.request.number);
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.write(batch);
    } catch (error) {
      await this.afterError(batch, error);
    }
  }

  /** One that the database refuses must not take the others along. */
  private async afterError(batch: readonly Waiting[], error: unknown): Promise<void> {
    const ofAll = error instanceof DomainError && OF_ALL.has(error.code);
    if (batch.length === 1 || ofAll) return batch.forEach((waiting) => waiting.reject(error));
    for (const waiting of batch) await this.run([waiting]);
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const { store } = this.options;
    const { dataset, roles, images } = await store.read(this.datasetId, batch.map(({ request }) => questionOf(request)));
    if (dataset === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    const classes = await this.options.classes.of(this.datasetId, dataset.classesRevision);
    const decided = batch.flatMap((waiting, index) => decide(waiting, { found: images[index] ?? null, classes: classes.table, target: { ...dataset, role: roles[index] ?? null } }));
    if (decided.length > 0) await this.commit(decided, classes);
  }

  private async commit(decided: readonly Decided[], classes: KnownClasses): Promise<void> {
    const { usable, written } = await this.options.store.write(this.datasetId, classes.revision, decided.map(({ edit }) => edit));
    if (usable) this.options.onWritten(decided.flatMap(({ edit }, index) => (written[index] === null ? [] : [edit])));
    decided.forEach(({ waiting, target }, index) => {
      const done = usable ? written[index] : undefined;
      if (done !== undefined && done !== null) waiting.resolve({ labels: done.labels, classes: classes.table, target, repeatOf: null });
      else this.again(waiting);
    });
  }

  /** Somebody else was faster: what there is now decides, in the next batch. */
  private again(waiting: Waiting): void {
    waiting.attempts += 1;
    if (waiting.attempts < MOST_ATTEMPTS) this.queue.unshift(waiting);
    else waiting.reject(new DomainError('unavailable', 'These labels are being changed by many at the moment.', { retryAfterSeconds: 1 }));
  }
}

function questionOf({ number, actor, repeat }: WriteRequest): ImageQuestion {
  return { number, actor, repeatKey: repeat?.key };
}

interface Read {
  readonly found: ImageAnswer | null;
  readonly classes: ClassTable;
  readonly target: WriteTarget;
}

/** The edit of one request; none where it has its answer already. */
function decide(waiting: Waiting, { found, classes, target }: Read): Decided[] {
  const { request, resolve, reject } = waiting;
  try {
    request.permit?.(target);
    if (!target.labelsLoaded) throw new DomainError('state-conflict', 'The labels of the uploaded zip are still being read.', { retryAfterSeconds: 2 });
    if (found === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    if (found.repeat !== null) {
      if (found.repeat.requestHash !== request.repeat?.requestHash) throw new DomainError('idempotency-mismatch', 'This Idempotency-Key was used with another request.');
      resolve({ labels: found.labels, classes, target, repeatOf: found.repeat.revision });
      return [];
    }
    const { document, ...edit } = request.decide(found.labels, classes, target);
    const { actor, reason, repeat, correlationId, traceparent } = request;
    return [{ waiting, target, edit: { ...edit, before: found.labels, after: document.state, actor, reason, repeat, correlationId, traceparent } }];
  } catch (error) {
    reject(error);
    return [];
  }
}
