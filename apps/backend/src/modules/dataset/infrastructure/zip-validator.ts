import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { ImportPoller } from '../application/import-poller.js';
import { ImportQueue } from '../application/ports/import-queue.port.js';
import { ZipValidation } from '../application/zip-validation.js';

/** Validates zips that were put straight into the bucket, one after the other, on replicas that work on images at all. */
@Injectable()
export class ZipValidator implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: ImportPoller;

  constructor(
    queue: ImportQueue,
    unitOfWork: UnitOfWork,
    validation: ZipValidation,
    private readonly config: BackendConfig,
  ) {
    this.poller = new ImportPoller({ queue, unitOfWork, kind: 'validate-zip', work: (job, signal) => validation.run(job, signal) });
  }

  onApplicationBootstrap(): void {
    if (this.config.imageWorkers > 0) this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.poller.stop();
  }
}
