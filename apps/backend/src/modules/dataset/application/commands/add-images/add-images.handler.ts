import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import type { FileResult } from '../../image-facts.js';
import { ImageReceiver } from '../../image-receiver.js';
import { UploadSlots } from '../../upload-slots.js';
import { AddImagesCommand } from './add-images.command.js';

/** Each file is in before the next one is read: what was told is kept when the client goes away. */
@CommandHandler(AddImagesCommand)
export class AddImagesHandler implements ICommandHandler<AddImagesCommand> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly receiver: ImageReceiver,
    private readonly slots: UploadSlots,
  ) {}

  async execute({ principal, datasetId, input }: AddImagesCommand): Promise<readonly FileResult[]> {
    await this.access.check(principal, datasetId, 'manage');
    return this.slots.hold(principal.userId, async () => {
      const { onConflict, split, files } = await input.open(input.signal);
      const results: FileResult[] = [];
      for await (const file of files) {
        results.push(await this.receiver.receive(file, { datasetId, actor: principal.userId, onConflict, split, signal: input.signal }));
      }
      return results;
    });
  }
}
