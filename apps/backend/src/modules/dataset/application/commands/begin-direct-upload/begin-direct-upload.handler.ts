import { DomainError, newId } from '@app/kernel';
import { equalParts } from '@app/object-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { BackendConfig } from '../../../../../config/backend-config.js';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import type { Principal } from '../../../../../platform/auth/principal.js';
import { datasetName } from '../../../domain/dataset-name.js';
import { DirectUploads, type DirectUploadView } from '../../direct-uploads.js';
import { DirectUploadSessions } from '../../ports/direct-upload-sessions.port.js';
import { DirectUploadStorage } from '../../ports/direct-upload-storage.port.js';
import { BeginDirectUploadCommand, type BeginDirectUploadInput } from './begin-direct-upload.command.js';

/** A lost part costs so much again; 20 GB are 1,250 of them. */
const DEFAULT_PART_BYTES = 16 * 1024 * 1024;
const FIRST_PAGE = 100;
/** Each holds room in the bucket for a day. */
const MOST_OPEN = 20;

@CommandHandler(BeginDirectUploadCommand)
export class BeginDirectUploadHandler implements ICommandHandler<BeginDirectUploadCommand> {
  constructor(
    private readonly sessions: DirectUploadSessions,
    private readonly storage: DirectUploadStorage,
    private readonly uploads: DirectUploads,
    private readonly config: BackendConfig,
  ) {}

  async execute({ principal, input }: BeginDirectUploadCommand): Promise<DirectUploadView> {
    AccessPolicy.assertScope(principal, 'label');
    await this.check(principal, input);
    const { sizeBytes, visibility, fileName = null, name = null } = input;
    const [id, first] = [newId(), equalParts(sizeBytes, input.partBytes ?? DEFAULT_PART_BYTES)[0]];
    const partBytes = first === undefined ? sizeBytes : first.end + 1;
    const multipartId = await this.storage.begin(id);
    try {
      await this.sessions.open({ id, userId: principal.userId, multipartId, sizeBytes, partBytes, fileName, name, visibility });
    } catch (error) {
      await this.storage.discard(id, multipartId).catch(() => undefined);
      throw error;
    }
    return this.uploads.shown(await this.uploads.require(principal, id), { after: 0, limit: FIRST_PAGE }, []);
  }

  private async check(principal: Principal, input: BeginDirectUploadInput): Promise<void> {
    if (input.name !== undefined) datasetName(input.name);
    const most = this.config.maxUploadBytes;
    if (input.sizeBytes > most) throw new DomainError('too-large', `A zip has ${most} bytes at most here.`, { extensions: { limit: most } });
    if ((await this.sessions.countOpen(principal.userId)) < MOST_OPEN) return;
    throw new DomainError('rate-limited', `${MOST_OPEN} open uploads are the most. Complete or abort one.`, { retryAfterSeconds: 60, extensions: { limit: MOST_OPEN } });
  }
}
