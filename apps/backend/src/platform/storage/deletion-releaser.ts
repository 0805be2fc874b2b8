import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Rounds } from '../rounds.js';
import { HeldDeletions } from './held-deletions.js';

const MINUTE = 60_000;

/** Deletes what backups held off, in every replica: each takes what the others do not have. */
@Injectable()
export class DeletionReleaser implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(DeletionReleaser.name);
  private readonly rounds = new Rounds({ firstAfter: MINUTE, every: MINUTE, work: () => this.run() });

  constructor(private readonly deletions: HeldDeletions) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  private async run(): Promise<void> {
    try {
      const released = await this.deletions.release();
      if (released > 0) this.logger.log(`${released} object(s) deleted that a backup had held`);
    } catch (error) {
      this.logger.warn(`what backups had held could not be deleted: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
