import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rounds } from '../../../platform/rounds.js';
import { SweepUploadsCommand } from '../application/commands/sweep-uploads/sweep-uploads.command.js';

const SWEEP_EVERY_MILLISECONDS = 60_000;
const FIRST_SWEEP_MILLISECONDS = 2_000;

/** Looks for uploads whose process is gone: soon after the start, then every minute. */
@Injectable()
export class UploadSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(UploadSweeper.name);
  private readonly rounds = new Rounds({ firstAfter: FIRST_SWEEP_MILLISECONDS, every: SWEEP_EVERY_MILLISECONDS, work: () => this.run() });

  constructor(private readonly commands: CommandBus) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  private async run(): Promise<void> {
    try {
      const swept = await this.commands.execute(new SweepUploadsCommand());
      if (swept > 0) this.logger.log(`${swept} abandoned upload(s) removed`);
    } catch (error) {
      this.logger.warn(`abandoned uploads could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
