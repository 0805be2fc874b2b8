import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-keys.js';

const SWEEP_EVERY_MILLISECONDS = 600_000;

/** Forgets the answers that no repeat can ask for any more. */
@Injectable()
export class IdempotencySweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(IdempotencySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweep: Promise<unknown> = Promise.resolve();

  constructor(private readonly keys: IdempotencyKeys) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweep = this.keys.forgetOld().catch((error: unknown) => this.logger.warn(`old idempotency keys stay: ${error instanceof Error ? error.message : String(error)}`));
    }, SWEEP_EVERY_MILLISECONDS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweep;
  }
}
