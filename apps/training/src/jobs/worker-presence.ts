import type { WorkerHelloV1 } from '@app/contracts';
import type { WorkerOffer } from './worker-offer.js';

/** Says to the backend that this worker is there: at the start, when a job begins or ends, and now and then, since words may be lost. */
export class WorkerPresence {
  private timer: NodeJS.Timeout | null = null;
  private jobId: string | null = null;

  constructor(
    private readonly offer: WorkerOffer,
    private readonly say: (hello: WorkerHelloV1) => void,
    private readonly everyMilliseconds: number,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.hello(), this.everyMilliseconds);
    this.hello();
  }

  /** The backend may have missed what was said while the broker was away. */
  again(): void {
    this.hello();
  }

  works(jobId: string): void {
    this.jobId = jobId;
    this.hello();
  }

  isFree(): void {
    this.jobId = null;
    this.hello();
  }

  leave(): void {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.say({ ...this.offer, job_id: this.jobId, is_leaving: true });
  }

  private hello(): void {
    if (this.timer !== null) this.say({ ...this.offer, job_id: this.jobId, is_leaving: false });
  }
}
