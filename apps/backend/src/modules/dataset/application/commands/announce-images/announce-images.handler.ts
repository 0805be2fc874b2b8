import { DomainError, newId } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { datasetFileName, originalImageName, type ImageFormat } from '../../../domain/image-name.js';
import { DatasetAccess } from '../../dataset-access.js';
import { refusedFile, type FileResult } from '../../image-facts.js';
import { MAX_IMAGE_BYTES, tooLarge } from '../../image-sniffing.js';
import { ImageRows } from '../../ports/image-rows.port.js';
import { ImageStorage } from '../../ports/image-storage.port.js';
import { ImageUploads, type AnnouncedImage } from '../../ports/image-uploads.port.js';
import { AnnounceImagesCommand, type AnnouncedFile, type AnnounceInput, type Announcement } from './announce-images.command.js';

/** Of one user in one dataset: more than a hundred batches that nobody completed. */
export const MAX_OPEN_UPLOADS = 20_000;
const FORMATS: Readonly<Record<string, ImageFormat>> = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp' };

@CommandHandler(AnnounceImagesCommand)
export class AnnounceImagesHandler implements ICommandHandler<AnnounceImagesCommand> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly rows: ImageRows,
    private readonly uploads: ImageUploads,
    private readonly storage: ImageStorage,
  ) {}

  async execute({ principal, datasetId, input }: AnnounceImagesCommand): Promise<readonly Announcement[]> {
    await this.access.check(principal, datasetId, 'manage');
    const owner = { datasetId, userId: principal.userId };
    if ((await this.uploads.countOpen(owner, MAX_OPEN_UPLOADS)) >= MAX_OPEN_UPLOADS) {
      throw new DomainError('quota-exceeded', `${MAX_OPEN_UPLOADS} announced uploads may be open at a time. Complete some, or wait until they are swept after a day.`, { retryAfterSeconds: 3_600, extensions: { limit: MAX_OPEN_UPLOADS } });
    }
    const known = await this.rows.bySha256(datasetId, input.files.map((file) => file.sha256));
    // Sorted: ids of one moment are in no order, and the list of open uploads follows them.
    const ids = input.files.map(() => newId()).sort();
    const judged = input.files.map((file, index) => judge({ id: ids[index] ?? newId(), ...file }, known, input));
    await this.uploads.announce(owner, judged.filter((one) => 'id' in one));
    return judged.map((one) => ('id' in one ? { id: one.id, originalName: one.fileName, put: this.storage.presignStaged(one.id, one) } : one));
  }
}

function judge(file: AnnouncedFile & { readonly id: string }, known: ReadonlyMap<string, { number: number; fileName: string }>, { onConflict, split }: AnnounceInput): AnnouncedImage | FileResult {
  const twin = known.get(file.sha256);
  if (twin !== undefined) return { status: 'duplicate', originalName: file.fileName, imageId: twin.number, fileName: twin.fileName };
  try {
    assertFits(file);
  } catch (error) {
    if (error instanceof DomainError) return refusedFile(file.fileName, error);
    throw error;
  }
  return { ...file, onConflict, split };
}

/** What can be said before a byte is there. */
function assertFits(file: AnnouncedFile): void {
  originalImageName(file.fileName);
  if (file.sizeBytes > MAX_IMAGE_BYTES) throw tooLarge();
  const format = FORMATS[file.contentType];
  if (format === undefined) throw new DomainError('unsupported-image', 'Images are image/jpeg, image/png or image/webp.', { findings: [{ code: 'unsupported-type', message: 'Images are image/jpeg, image/png or image/webp.', hint: 'Save it as JPEG, PNG or WebP and send it again.' }] });
  datasetFileName(file.fileName, format);
}
