import { Clock } from '@app/kernel';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { Rounds } from '../../../platform/rounds.js';
import { ZipDoubts } from '../application/zip-doubts.js';
import { ZipLooks } from '../application/zip-looks.js';
import { ZipShelf } from '../application/zip-shelf.js';

const FIRST_AFTER_MILLISECONDS = 60_000;
const EVERY_MILLISECONDS = 10 * 60_000;

/** Has zips checked that fsck found damaged, looks at others once a day, and drops zips of superseded versions that nobody needed for a while: ten versions cost the bytes of one and ten small tails. */
@Injectable()
export class ZipSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ZipSweeper.name);
  private readonly stopping = new AbortController();
  private readonly rounds = new Rounds({ firstAfter: FIRST_AFTER_MILLISECONDS, every: EVERY_MILLISECONDS, work: () => this.run() });

  constructor(
    private readonly shelf: ZipShelf,
    private readonly doubts: ZipDoubts,
    private readonly looks: ZipLooks,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.rounds.stop();
  }

  private async run(): Promise<void> {
    try {
      const doubted = await this.doubts.takeUp();
      if (doubted > 0) this.logger.warn(`${doubted} zip(s) were found damaged: they are checked and made again`);
      const dropped = await this.shelf.clear(new Date(this.clock.now().getTime() - this.config.snapshotZipGraceMinutes * 60_000));
      if (dropped > 0) this.logger.log(`dropped ${dropped} zip(s) that a newer version replaces`);
      await this.looks.round(this.stopping.signal);
    } catch (error) {
      this.logger.warn(`zips are cleared later: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
