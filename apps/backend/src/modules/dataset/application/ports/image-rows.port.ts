import type { ImageSplit, VerifiedImage } from '../image-facts.js';

export type LabelStatus = 'unlabeled' | 'labeled' | 'reviewed';

/** An image as intake and changes must know it. */
export interface ImageRow {
  readonly number: number;
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Null until the image was read whole. */
  readonly crc32: number | null;
  readonly depth: number;
  readonly format: string;
  readonly orientation: number;
  readonly width: number;
  readonly height: number;
  readonly split: ImageSplit | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  /** Null: an entry of the uploaded zip. */
  readonly objectKey: string | null;
  readonly classIds: readonly number[];
  readonly revision: number;
  readonly assignee: string | null;
  readonly removed: boolean;
}

/** Of a file from before a replacement the name that it came with is not known: that one stays. */
export type ReplacingFile = Omit<VerifiedImage, 'objectKey' | 'format' | 'originalName' | 'onConflict' | 'fileName' | 'split'> & { readonly objectKey: string | null; readonly format: string; readonly originalName: string | null };

export type NumberedFile = ReplacingFile & { readonly number: number };

export interface NewImageRow extends VerifiedImage {
  readonly number: number;
  readonly addedSeq: number;
  /** By the pattern of the dataset's split; null: of none. */
  readonly splitGroup: string | null;
}

/** Writes images, as far as they are the Dataset module's. All in the caller's unit of work, under the lock of the dataset. */
export abstract class ImageRows {
  /** Live images that hold these bytes, by SHA-256. Without the lock: a hint. */
  abstract bySha256(datasetId: string, sha256: readonly string[]): Promise<ReadonlyMap<string, { readonly number: number; readonly fileName: string }>>;
  /** Live images of these names, case ignored. */
  abstract byName(datasetId: string, fileNames: readonly string[]): Promise<readonly ImageRow[]>;
  /** In order of number, locked; removed ones too. */
  abstract byNumber(datasetId: string, numbers: readonly number[]): Promise<readonly ImageRow[]>;
  /** With their place in the queue of the image worker. */
  abstract insert(datasetId: string, actor: string, images: readonly NewImageRow[]): Promise<void>;
  /** Other bytes under the same number; labels stay. */
  abstract replace(datasetId: string, images: readonly NumberedFile[]): Promise<void>;
  /** Each with the position of its removal; the objects stay. */
  abstract remove(datasetId: string, removals: readonly { readonly number: number; readonly seq: number }[]): Promise<void>;
  abstract restore(datasetId: string, numbers: readonly number[]): Promise<void>;
  /** By hand: who prepared a split of the whole dataset meanwhile is told. */
  abstract setSplit(datasetId: string, numbers: readonly number[], split: ImageSplit | null): Promise<void>;
  abstract setAssignee(datasetId: string, numbers: readonly number[], assignee: string | null): Promise<void>;
  /** Which of these keys belong to no image of the dataset, now or before a replacement. */
  abstract unknownKeys(datasetId: string, objects: readonly { readonly key: string; readonly number: number }[]): Promise<readonly string[]>;
  /** Which of these the dataset has no more as classes. */
  abstract goneClasses(datasetId: string, classIds: readonly number[]): Promise<readonly number[]>;
  /** Which of these numbers were never an image. */
  abstract unknownNumbers(datasetId: string, numbers: readonly number[]): Promise<readonly number[]>;
}
