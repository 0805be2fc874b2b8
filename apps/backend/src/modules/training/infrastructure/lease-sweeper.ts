import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExpireLeasesCommand } from '../application/commands/expire-leases/expire-leases.command.js';
import { TrainingSettings } from '../application/training-settings.js';

const SWEEPS_PER_LEASE = 12;

/**
 * Looks for lost workers. It begins one lease after the start: heartbeats are not kept for a backend that was away, so every
 * worker first gets the time to be heard of.
 */
@Injectable()
export class LeaseSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LeaseSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweep: Promise<void> = Promise.resolve();

  constructor(
    private readonly commands: CommandBus,
    private readonly settings: TrainingSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.plan(this.settings.leaseSeconds * 1000);
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
      const expired = await this.commands.execute(new ExpireLeasesCommand());
      if (expired > 0) this.logger.warn(`${expired} training attempt(s) lost their worker`);
    } catch (error) {
      this.logger.warn(`leases could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (this.timer !== undefined) this.plan((this.settings.leaseSeconds * 1000) / SWEEPS_PER_LEASE);
  }
}
