import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { ImportPoller, ImportQueue } from '../../dataset/index.js';
import { LoadLabelsCommand } from '../application/commands/load-labels/load-labels.command.js';

/** Takes the labels of uploaded zips into rows, in the background. */
@Injectable()
export class LabelLoader implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: ImportPoller;

  constructor(queue: ImportQueue, unitOfWork: UnitOfWork, commands: CommandBus) {
    this.poller = new ImportPoller({ queue, unitOfWork, kind: 'load-labels', work: (job, signal) => commands.execute(new LoadLabelsCommand(job, signal)) });
  }

  onApplicationBootstrap(): void {
    this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.poller.stop();
  }
}
