import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { boundedMap } from '../../bounded-map.js';
import { DatasetAccess } from '../../dataset-access.js';
import type { FileResult, VerifiedImage } from '../../image-facts.js';
import type { ImageFormat } from '../../../domain/image-name.js';
import type { NamedImage } from '../../image-sniffing.js';
import { ImageIntake } from '../../image-intake.js';
import { ImageRows } from '../../ports/image-rows.port.js';
import { ImageStorage } from '../../ports/image-storage.port.js';
import { ImageUploads, type AnnouncedUpload, type UploadOwner } from '../../ports/image-uploads.port.js';
import { lookAtStaged, type StagedVerdict } from '../../staged-image.js';
import { DatasetChangeLog } from '../../ports/dataset-change-log.port.js';
import { CompleteImagesCommand, type CompletedUpload } from './complete-images.command.js';

/** Calls to the store at a time, of one request. */
const AT_ONCE = 8;

interface Looked {
  readonly upload: AnnouncedUpload;
  readonly verdict: StagedVerdict;
}
interface Kept {
  readonly upload: AnnouncedUpload;
  readonly image: VerifiedImage;
  /** False where its bytes are in the dataset already, so that no copy was made. */
  readonly isCopied: boolean;
}
interface Settled {
  readonly results: ReadonlyMap<string, FileResult>;
  /** Written by this request. */
  readonly fresh: ReadonlyMap<string, FileResult>;
}

/**
 * Look, copy inside the store, take in, forget what was staged. The result of each file is written with its image in one unit of work, so that a repeat (after a
 * lost answer or a crash) gets it; what a crash leaves is a copy without a row or a staged object, and both are swept.
 */
@CommandHandler(CompleteImagesCommand)
export class CompleteImagesHandler implements ICommandHandler<CompleteImagesCommand> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly unitOfWork: UnitOfWork,
    private readonly uploads: ImageUploads,
    private readonly changes: DatasetChangeLog,
    private readonly rows: ImageRows,
    private readonly storage: ImageStorage,
    private readonly intake: ImageIntake,
  ) {}

  async execute({ principal, datasetId, ids }: CompleteImagesCommand): Promise<readonly CompletedUpload[]> {
    await this.access.check(principal, datasetId, 'manage');
    const owner = { datasetId, userId: principal.userId };
    const found = new Map((await this.uploads.find(owner, ids)).map((one) => [one.id, one]));
    const uploads = ids.map((id) => found.get(id) ?? unknownUpload());
    // Each once, in the order of the request.
    const open = [...new Set(uploads)].filter((one) => one.outcome === null);
    const results = await this.settle(owner, open);
    return uploads.map((one) => ({ id: one.id, ...(one.outcome ?? results.get(one.id) ?? tryAgain(one)) }));
  }

  private async settle(owner: UploadOwner, open: readonly AnnouncedUpload[]): Promise<ReadonlyMap<string, FileResult>> {
    if (open.length === 0) return new Map();
    const looked = await boundedMap(open, AT_ONCE, async (upload) => ({ upload, verdict: await lookAtStaged(this.storage, upload) }));
    const kept = await this.keep(owner, looked);
    const { results, fresh } = await this.takeIn(owner, looked, kept);
    await this.tidy(kept, fresh);
    return results;
  }

  /** A copy of each that is likely to become an image. */
  private async keep({ datasetId }: UploadOwner, looked: readonly Looked[]): Promise<readonly Kept[]> {
    const good = looked.flatMap(({ upload, verdict }) => ('named' in verdict ? [{ upload, named: verdict.named }] : []));
    if (good.length === 0) return [];
    const known = await this.rows.bySha256(datasetId, good.map((one) => one.upload.sha256));
    const first = await this.intake.reserveNumbers(datasetId, good.length);
    return boundedMap(good, AT_ONCE, async ({ upload, named }, index) => {
      const number = first + index;
      const objectKey = this.storage.keyOf(datasetId, number, named.facts.format);
      const isCopied = !known.has(upload.sha256) && (await this.copy(upload.id, objectKey, named.facts.format));
      return { upload, image: imageOf(upload, named, { number, objectKey }), isCopied };
    });
  }

  /** False when another request with the same id was quicker and has removed what was staged. */
  private async copy(uploadId: string, key: string, format: ImageFormat): Promise<boolean> {
    try {
      await this.storage.keepStaged(uploadId, key, format);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'not-found') return false;
      throw error;
    }
  }

  private async takeIn(owner: UploadOwner, looked: readonly Looked[], kept: readonly Kept[]): Promise<Settled> {
    const { datasetId, userId } = owner;
    return this.unitOfWork.run(async () => {
      await this.changes.lock(datasetId);
      const rows = await this.uploads.findForUpdate(owner, looked.map((one) => one.upload.id));
      const earlier = new Map(rows.flatMap((row) => (row.outcome === null ? [] : [[row.id, row.outcome] as const])));
      const open = kept.filter((one) => !earlier.has(one.upload.id));
      // An image whose twin went away meanwhile has no bytes of its own: it is taken at the next try.
      const known = await this.rows.bySha256(datasetId, open.flatMap((one) => (one.isCopied ? [] : [one.image.sha256])));
      const mine = open.filter((one) => one.isCopied || known.has(one.image.sha256));
      const taken = await this.intake.take({ datasetId, actor: userId, images: mine.map((one) => one.image) });
      const fresh = new Map(looked.flatMap(({ upload, verdict }) => (earlier.has(upload.id) ? [] : [[upload.id, 'result' in verdict ? verdict.result : tryAgain(upload)] as const])));
      mine.forEach((one, index) => fresh.set(one.upload.id, taken[index] ?? tryAgain(one.upload)));
      // Pending is no outcome: it may still arrive.
      await this.uploads.settle([...fresh].flatMap(([id, outcome]) => (outcome.status === 'pending' ? [] : [{ id, outcome }])));
      return { results: new Map([...earlier, ...fresh]), fresh };
    });
  }

  /** Removes what is not needed any more; what cannot be removed now is swept. */
  private async tidy(kept: readonly Kept[], fresh: ReadonlyMap<string, FileResult>): Promise<void> {
    const staged = [...fresh].flatMap(([id, result]) => (result.status === 'pending' ? [] : [id]));
    const unused = kept.filter((one) => one.isCopied && !isTaken(fresh.get(one.upload.id)));
    await Promise.allSettled([this.storage.discardStaged(staged), this.storage.discard(unused.map((one) => one.image.objectKey))]);
  }
}

function isTaken(result: FileResult | undefined): boolean {
  return result?.status === 'stored' || result?.status === 'replaced';
}

function imageOf(upload: AnnouncedUpload, { facts, originalName, fileName }: NamedImage, place: { number: number; objectKey: string }): VerifiedImage {
  const { format, width, height, channels, orientation } = facts;
  const { sha256, sizeBytes, onConflict, split } = upload;
  return { originalName, fileName, format, width, height, channels, orientation, sha256, sizeBytes, onConflict, split, crc32: null, ...place };
}

function tryAgain(upload: AnnouncedUpload): FileResult {
  return { status: 'pending', originalName: upload.fileName, code: 'unavailable', reason: 'The dataset changed at the same moment.', hint: 'Complete it again.' };
}

/** Another one's id is answered as one that never was. */
function unknownUpload(): never {
  throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
}
