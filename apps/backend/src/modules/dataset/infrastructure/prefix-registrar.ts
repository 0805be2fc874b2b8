import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { ImportPoller } from '../application/import-poller.js';
import { ImportQueue } from '../application/ports/import-queue.port.js';
import { PrefixRegistration } from '../application/prefix-registration.js';

/** Does registrations of prefixes, one at a time in each process. */
@Injectable()
export class PrefixRegistrar implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: ImportPoller;

  constructor(queue: ImportQueue, unitOfWork: UnitOfWork, registration: PrefixRegistration) {
    this.poller = new ImportPoller({ queue, unitOfWork, kind: 'register-prefix', work: (job, signal) => registration.run(job, signal) });
  }

  onApplicationBootstrap(): void {
    this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.poller.stop();
  }
}
