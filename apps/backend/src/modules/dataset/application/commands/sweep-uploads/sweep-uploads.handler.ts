import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DirectUploadSessions } from '../../ports/direct-upload-sessions.port.js';
import { DirectUploadStorage } from '../../ports/direct-upload-storage.port.js';
import { UploadSessions } from '../../ports/upload-sessions.port.js';
import { UploadStorage } from '../../ports/upload-storage.port.js';
import { BackendConfig } from '../../../../../config/backend-config.js';
import { SweepUploadsCommand } from './sweep-uploads.command.js';

/** A live upload writes twice a second; one silent for so long has lost its process. */
export const ABANDONED_AFTER_SECONDS = 120;

@CommandHandler(SweepUploadsCommand)
export class SweepUploadsHandler implements ICommandHandler<SweepUploadsCommand> {
  constructor(
    private readonly sessions: UploadSessions,
    private readonly storage: UploadStorage,
    private readonly datasets: DatasetRepository,
    private readonly direct: DirectUploadSessions,
    private readonly parts: DirectUploadStorage,
    private readonly config: BackendConfig,
  ) {}

  async execute({ mayGoOn }: SweepUploadsCommand): Promise<number> {
    const { uploadHours, uploadRecordDays } = this.config.retention;
    let count = 0;
    for (const upload of await this.sessions.abandoned(ABANDONED_AFTER_SECONDS)) {
      if (!(await mayGoOn())) return count;
      await this.cleanUp(upload);
      count += 1;
    }
    for (const { id, multipartId } of await this.direct.openSince(uploadHours)) {
      if (!(await mayGoOn())) return count;
      await this.parts.discard(id, multipartId);
      await this.direct.forget(id);
      count += 1;
    }
    await this.storage.discardOldStaged(uploadHours);
    await this.sessions.forgetFinished(uploadRecordDays);
    return count;
  }

  private async cleanUp(upload: { readonly id: string; readonly datasetId: string | null; readonly isDirect: boolean }): Promise<void> {
    // What was put together of a direct upload stays: it can be completed again.
    if (!upload.isDirect) await this.storage.discardStaged(upload.id);
    const registered = upload.datasetId !== null && (await this.datasets.exists(upload.datasetId));
    if (upload.datasetId !== null && !registered) await this.storage.discardDataset(upload.datasetId);
    if (upload.isDirect && !registered) return this.direct.reopen(upload.id);
    // Killed between the commit and the last note: the dataset is there.
    await this.sessions.update(upload.id, registered ? { state: 'completed' } : { state: 'refused', code: 'unavailable', findings: [] });
  }
}
