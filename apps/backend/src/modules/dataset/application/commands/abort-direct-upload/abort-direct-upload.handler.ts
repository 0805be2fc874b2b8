import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DirectUploads } from '../../direct-uploads.js';
import { DirectUploadSessions } from '../../ports/direct-upload-sessions.port.js';
import { DirectUploadStorage } from '../../ports/direct-upload-storage.port.js';
import { AbortDirectUploadCommand } from './abort-direct-upload.command.js';

@CommandHandler(AbortDirectUploadCommand)
export class AbortDirectUploadHandler implements ICommandHandler<AbortDirectUploadCommand> {
  constructor(
    private readonly uploads: DirectUploads,
    private readonly sessions: DirectUploadSessions,
    private readonly storage: DirectUploadStorage,
  ) {}

  async execute({ principal, uploadId }: AbortDirectUploadCommand): Promise<void> {
    const upload = await this.uploads.require(principal, uploadId);
    if (upload.state !== 'open') throw new DomainError('state-conflict', 'The upload is completed or refused: there is nothing to give up. A dataset of it goes to the trash.');
    // The store first: a row that is left can be given up again.
    await this.storage.discard(uploadId, upload.multipartId);
    await this.sessions.forget(uploadId);
  }
}
