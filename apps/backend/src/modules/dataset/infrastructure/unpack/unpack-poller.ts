import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackendConfig } from '../../../../config/backend-config.js';
import { UnitOfWork } from '../../../../platform/database/unit-of-work.js';
import { ImportPoller } from '../../application/import-poller.js';
import { ImportQueue } from '../../application/ports/import-queue.port.js';
import { ZipUnpacker } from './zip-unpacker.js';

/** Unpacks uploaded zips, one after the other, on replicas that work on images at all. */
@Injectable()
export class UnpackPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: ImportPoller;

  constructor(
    queue: ImportQueue,
    unitOfWork: UnitOfWork,
    unpacker: ZipUnpacker,
    private readonly config: BackendConfig,
  ) {
    this.poller = new ImportPoller({ queue, unitOfWork, kind: 'unpack-zip', work: (job, signal) => unpacker.unpack(job, signal) });
  }

  onApplicationBootstrap(): void {
    if (this.config.imageWorkers > 0) this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.poller.stop();
  }
}
