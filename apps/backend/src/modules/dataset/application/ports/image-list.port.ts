import type { ImageFormat } from '../../domain/image-name.js';
import type { ImageSplit } from '../image-facts.js';
import type { LabelStatus } from './image-rows.port.js';

export type ImageState = 'ready' | 'broken';

export interface ImageView {
  readonly number: number;
  readonly fileName: string;
  readonly originalName: string | null;
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  readonly split: ImageSplit | null;
  readonly status: LabelStatus;
  readonly state: ImageState;
  /** Of its labels. */
  readonly revision: number;
  readonly noObject: boolean;
  readonly objectCount: number;
  readonly classIds: readonly number[];
  readonly assignee: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly labeledBy: string | null;
  readonly labeledAt: Date | null;
  readonly addedAt: Date;
  /** Null while it is an entry of the uploaded zip. */
  readonly objectKey: string | null;
  readonly thumbnailAt: Date | null;
}

export interface ImageFilter {
  /** `unassigned`: in no split. */
  readonly split?: ImageSplit | 'unassigned' | undefined;
  readonly status?: LabelStatus | undefined;
  readonly classId?: number | undefined;
  readonly assignee?: string | undefined;
  /** Whose labels they are. */
  readonly labeledBy?: string | undefined;
  readonly state?: ImageState | undefined;
  /** A part of the file name, case ignored. */
  readonly q?: string | undefined;
  /** Whether a model proposes something that nobody took over or rejected. */
  readonly hasSuggestion?: boolean | undefined;
}

/** An image with how unsure a model is of it, 0 to 1. */
export interface UnsureImage extends ImageView {
  readonly uncertainty: number;
}

export interface HardestPage {
  readonly images: readonly UnsureImage[];
  /** Where it goes on; null: that was all. */
  readonly next: { readonly uncertainty: number; readonly number: number } | null;
}

export interface ImagePage {
  readonly images: readonly ImageView[];
  /** The number to go on behind; null: that was all. A page may be shorter than asked for and yet not the last. */
  readonly next: number | null;
}

export interface ImagePageStart {
  /** The number that the page begins behind; backward: in front of. */
  readonly after: number;
  /** Against the order of the numbers, the nearest first. */
  readonly backward: boolean;
  readonly limit: number;
}

/** Live images in the order of their numbers. */
export abstract class ImageList {
  /** Costs the same anywhere in a dataset of any size. */
  abstract page(datasetId: string, filter: ImageFilter, page: ImagePageStart): Promise<ImagePage>;
  /** Images that a model looked at, the hardest first. */
  abstract hardest(datasetId: string, filter: ImageFilter, page: { readonly after: HardestPage['next']; readonly limit: number }): Promise<HardestPage>;
  abstract find(datasetId: string, number: number): Promise<ImageView | null>;
  /** From the stored counter. */
  abstract count(datasetId: string): Promise<number>;
}
