import { randomUUID } from 'node:crypto';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DemoPackage } from '../../ports/demo-package.port.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';
import { UploadDatasetCommand } from '../upload-dataset/upload-dataset.command.js';
import { MakeDemoDatasetCommand } from './make-demo-dataset.command.js';

@CommandHandler(MakeDemoDatasetCommand)
export class MakeDemoDatasetHandler implements ICommandHandler<MakeDemoDatasetCommand> {
  constructor(
    private readonly commands: CommandBus,
    private readonly demo: DemoPackage,
  ) {}

  async execute({ principal, signal }: MakeDemoDatasetCommand): Promise<DatasetView> {
    const zip = await this.demo.make();
    return this.commands.execute(
      new UploadDatasetCommand(principal, { uploadId: randomUUID(), body: zip.bytes, totalBytes: zip.sizeBytes, visibility: 'private', format: 'dice', signal }),
    );
  }
}
