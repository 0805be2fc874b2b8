import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { SweepUploadsCommand } from '../application/commands/sweep-uploads/sweep-uploads.command.js';

const SWEEP_EVERY_MILLISECONDS = 60_000;
const FIRST_SWEEP_MILLISECONDS = 2_000;

/** Looks for uploads whose process is gone: soon after the start, then every minute. */
@Injectable()
export class UploadSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(UploadSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweep: Promise<void> = Promise.resolve();

  constructor(private readonly commands: CommandBus) {}

  onApplicationBootstrap(): void {
    this.plan(FIRST_SWEEP_MILLISECONDS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.sweep;
  }

  private plan(milliseconds: number): void {
    this.timer = setTimeout(() => {
      this.sweep = this.run();
    }, milliseconds);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    try {
      const swept = await this.commands.execute(new SweepUploadsCommand());
      if (swept > 0) this.logger.log(`${swept} abandoned upload(s) removed`);
    } catch (error) {
      this.logger.warn(`abandoned uploads could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (this.timer !== undefined) this.plan(SWEEP_EVERY_MILLISECONDS);
  }
}
