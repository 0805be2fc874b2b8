import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExpireLeasesCommand } from '../application/commands/expire-leases/expire-leases.command.js';
import { TrainingSettings } from '../application/training-settings.js';

const SWEEPS_PER_LEASE = 12;
/** A sweep that is late by this part of a lease comes out of a stall. */
const STALL_SHARE = 4;

/**
 * Looks for lost workers. It begins one lease after the start: heartbeats are not kept for a backend that was away, so every
 * worker first gets the time to be heard of. The same after a stall of this process: the heartbeats of meanwhile wait behind the timer.
 */
@Injectable()
export class LeaseSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LeaseSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private dueAt = 0;
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
    this.dueAt = Date.now() + milliseconds;
    this.timer = setTimeout(() => {
      this.sweep = this.run();
    }, milliseconds);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    if (Date.now() - this.dueAt > (this.settings.leaseSeconds * 1000) / STALL_SHARE) return this.plan(this.settings.leaseSeconds * 1000);
    try {
      const expired = await this.commands.execute(new ExpireLeasesCommand());
      if (expired > 0) this.logger.warn(`${expired} training attempt(s) lost their worker`);
    } catch (error) {
      this.logger.warn(`leases could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (this.timer !== undefined) this.plan((this.settings.leaseSeconds * 1000) / SWEEPS_PER_LEASE);
  }
}
