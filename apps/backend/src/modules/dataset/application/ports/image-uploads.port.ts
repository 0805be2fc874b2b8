import type { ConflictRule, FileResult, ImageSplit } from '../image-facts.js';

export interface AnnouncedImage {
  readonly id: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly onConflict: ConflictRule;
  readonly split: ImageSplit | null;
}

export interface AnnouncedUpload extends AnnouncedImage {
  /** Of complete; null: not completed yet. */
  readonly outcome: FileResult | null;
  readonly createdAt: Date;
}

/** A user in a dataset: announcements are seen by who made them. */
export interface UploadOwner {
  readonly datasetId: string;
  readonly userId: string;
}

/** Images announced for a presigned PUT, until they are completed or swept. */
export abstract class ImageUploads {
  abstract announce(owner: UploadOwner, images: readonly AnnouncedImage[]): Promise<void>;
  /** How many are open; counts no further than `most`. */
  abstract countOpen(owner: UploadOwner, most: number): Promise<number>;
  /** Not completed, in the order of their announcement. */
  abstract listOpen(owner: UploadOwner, page: { readonly after: string | null; readonly limit: number }): Promise<readonly AnnouncedUpload[]>;
  /** Those of these ids that are the owner's. */
  abstract find(owner: UploadOwner, ids: readonly string[]): Promise<readonly AnnouncedUpload[]>;
  /** As `find`, locked in the caller's unit of work. */
  abstract findForUpdate(owner: UploadOwner, ids: readonly string[]): Promise<readonly AnnouncedUpload[]>;
  /** In the caller's unit of work. */
  abstract settle(outcomes: readonly { readonly id: string; readonly outcome: FileResult }[]): Promise<void>;
  /** Ids announced before then, completed or not, oldest first. */
  abstract olderThan(before: Date, limit: number): Promise<readonly string[]>;
  abstract forget(ids: readonly string[]): Promise<void>;
}
