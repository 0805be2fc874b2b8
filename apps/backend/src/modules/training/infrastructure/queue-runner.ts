import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DispatchJobsCommand } from '../application/commands/dispatch-jobs/dispatch-jobs.command.js';
import { QueueSignal } from '../application/ports/queue-signal.port.js';

/** For what another replica knows and this one was not told. */
const LOOK_AGAIN_MILLISECONDS = 2_000;

/** Keeps the queue moving: after each change that this process sees, and every two seconds. */
@Injectable()
export class QueueRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(QueueRunner.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly commands: CommandBus,
    private readonly signal: QueueSignal,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.commands.execute(new DispatchJobsCommand());
      } catch (error) {
        this.logger.warn(`the training queue could not be looked through: ${error instanceof Error ? error.message : String(error)}`);
      }
      await this.signal.wait(LOOK_AGAIN_MILLISECONDS, this.stopping.signal);
    }
  }
}
