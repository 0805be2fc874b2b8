import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Rounds } from '../../../platform/rounds.js';
import { ZipDoubts } from '../application/zip-doubts.js';
import { ZipLooks } from '../application/zip-looks.js';

const FIRST_AFTER_MILLISECONDS = 60_000;
const EVERY_MILLISECONDS = 10 * 60_000;

/** Has zips checked that fsck found damaged, and looks at others once a day. */
@Injectable()
export class ZipRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ZipRounds.name);
  private readonly stopping = new AbortController();
  private readonly rounds = new Rounds({ firstAfter: FIRST_AFTER_MILLISECONDS, every: EVERY_MILLISECONDS, work: () => this.run() });

  constructor(
    private readonly doubts: ZipDoubts,
    private readonly looks: ZipLooks,
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
      await this.looks.round(this.stopping.signal);
    } catch (error) {
      this.logger.warn(`zips are looked at later: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
