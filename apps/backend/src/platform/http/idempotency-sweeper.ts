import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Rounds } from '../rounds.js';
import { IdempotencyKeys } from './idempotency-keys.js';

const SWEEP_EVERY_MILLISECONDS = 600_000;

/** Forgets the answers that no repeat can ask for any more. */
@Injectable()
export class IdempotencySweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(IdempotencySweeper.name);
  private readonly rounds = new Rounds({ firstAfter: SWEEP_EVERY_MILLISECONDS, every: SWEEP_EVERY_MILLISECONDS, work: () => this.run() });

  constructor(private readonly keys: IdempotencyKeys) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  private async run(): Promise<void> {
    try {
      await this.keys.forgetOld();
    } catch (error) {
      this.logger.warn(`old idempotency keys stay: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
