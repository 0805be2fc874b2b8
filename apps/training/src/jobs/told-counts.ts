import { randomUUID } from 'node:crypto';
import type { WorkerHelloV1 } from '@app/contracts';
import type { StoreMeter } from '@app/object-store';

const EVERY_MILLISECONDS = 60_000;
/** The schema's limit: a worker that read more datasets in three days tells of the first ones. */
const MOST_COUNTS = 2_000;

/** Adds to a worker's words, once a minute and in its last one, what it asked of the store. A worker that is killed takes the counts of a minute with it. */
export class ToldCounts {
  private readonly process = randomUUID();
  private told = -Infinity;

  constructor(
    private readonly meter: Pick<StoreMeter, 'totals'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  with(hello: WorkerHelloV1): WorkerHelloV1 {
    if (!hello.is_leaving && this.now() - this.told < EVERY_MILLISECONDS) return hello;
    const counts = this.meter.totals().slice(0, MOST_COUNTS);
    if (counts.length === 0) return hello;
    this.told = this.now();
    return { ...hello, store_counts: { process: this.process, counts: [...counts] } };
  }
}
