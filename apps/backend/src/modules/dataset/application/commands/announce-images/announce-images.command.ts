import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ConflictRule, FileResult, ImageSplit } from '../../image-facts.js';
import type { PresignedImagePut } from '../../ports/image-storage.port.js';

export interface AnnouncedFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface AnnounceInput {
  readonly files: readonly AnnouncedFile[];
  readonly onConflict: ConflictRule;
  readonly split: ImageSplit | null;
}

/** Where to put a file, or why there is no need to. */
export type Announcement = { readonly id: string; readonly originalName: string; readonly put: PresignedImagePut } | FileResult;

/** Asks for presigned PUTs for a batch of images; an answer a file, in their order. */
export class AnnounceImagesCommand extends Command<readonly Announcement[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly input: AnnounceInput,
  ) {
    super();
  }
}
