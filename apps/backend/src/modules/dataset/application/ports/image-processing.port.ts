import type { Finding } from '@app/kernel';

/** An image that lies in the bucket on its own and has no thumbnail yet. */
export interface ImageToProcess {
  readonly datasetId: string;
  readonly number: number;
  readonly fileName: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly crc32: number | null;
  /** Of the upright image; 0 where the header was not read. */
  readonly width: number;
  readonly height: number;
  /** How often it was taken, this time included: what its answer is checked by. */
  readonly attempts: number;
  /** How often a process has died over it. */
  readonly strikes: number;
}

/** What decoding has found out. */
export interface ProcessedImage {
  readonly crc32: number;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly channels: number;
}

/**
 * Images whose thumbnail and preview are to be made, by lease: any replica takes some; those of a process that is gone are taken again when the lease
 * is over. An answer of who has lost its lease changes nothing.
 */
export abstract class ImageProcessing {
  /** The oldest, now leased for `PROCESSING_LEASE_SECONDS`. Those of datasets in the trash wait. */
  abstract claim(most: number): Promise<readonly ImageToProcess[]>;
  /** Thumbnail and preview are in the bucket. Fills in what was not known of the image. */
  abstract made(image: ImageToProcess, facts: ProcessedImage): Promise<void>;
  /** The image is out of training, and a finding of its dataset says why. */
  abstract broken(image: ImageToProcess, finding: Finding): Promise<void>;
  /** Back into the queue after so many seconds; `strike` when a process has died over it: it goes behind the others then. */
  abstract postpone(image: ImageToProcess, options: { readonly afterSeconds: number; readonly strike: boolean }): Promise<void>;
}

/** A few images of half a minute each at worst. */
export const PROCESSING_LEASE_SECONDS = 120;
