import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { BackendConfig } from '../../../../../config/backend-config.js';
import { ImageStorage } from '../../ports/image-storage.port.js';
import { ImageUploads } from '../../ports/image-uploads.port.js';
import { SweepImageUploadsCommand } from './sweep-image-uploads.command.js';

const BATCH = 1_000;

@CommandHandler(SweepImageUploadsCommand)
export class SweepImageUploadsHandler implements ICommandHandler<SweepImageUploadsCommand> {
  constructor(
    private readonly uploads: ImageUploads,
    private readonly storage: ImageStorage,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  async execute({ mayGoOn }: SweepImageUploadsCommand): Promise<number> {
    const before = new Date(this.clock.now().getTime() - this.config.retention.uploadHours * 3_600_000);
    let swept = 0;
    for (;;) {
      const ids = await this.uploads.olderThan(before, BATCH);
      // First the object: a row that is left is swept again.
      await this.storage.discardStaged(ids);
      await this.uploads.forget(ids);
      swept += ids.length;
      if (ids.length < BATCH || !(await mayGoOn())) return swept;
    }
  }
}
