import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ViewWriter } from '../../application/view-writer.js';

const LOOK_EVERY_MILLISECONDS = 1_000;
/** A large dataset takes its time; the others do not wait for it. */
const LANES = 2;
/** A view that is being written when the process stops has so long to be finished; it is written again elsewhere or at the next start. */
const DRAIN_MILLISECONDS = 8_000;

/** annotations.json and meta.json in the bucket follow the database. In every replica; a claim keeps two from writing the same one. */
@Injectable()
export class ViewMaterialiser implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ViewMaterialiser.name);
  private readonly stopping = new AbortController();
  private readonly aborted = new AbortController();
  private lanes: readonly Promise<void>[] = [];

  constructor(private readonly writer: ViewWriter) {}

  onApplicationBootstrap(): void {
    this.lanes = Array.from({ length: LANES }, () => this.lane());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    const budget = setTimeout(() => this.aborted.abort(), DRAIN_MILLISECONDS);
    await Promise.all(this.lanes);
    clearTimeout(budget);
  }

  private async lane(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (await this.round()) continue;
      await sleep(LOOK_EVERY_MILLISECONDS, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  /** Whether there may be more to do at once. */
  private async round(): Promise<boolean> {
    try {
      return await this.writer.writeNext(this.aborted.signal);
    } catch (error) {
      this.logger.warn(`a view is written later: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }
}
