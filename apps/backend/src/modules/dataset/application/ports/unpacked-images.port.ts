import type { Finding } from '@app/kernel';

/** An image that lies in the uploaded zip only. */
export interface PackedImage {
  readonly number: number;
  readonly fileName: string;
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly sha256: string;
}

export interface UnpackedCounts {
  readonly total: number;
  /** In the bucket on their own. */
  readonly stored: number;
  /** Cannot be taken out of the zip. */
  readonly refused: number;
}

/** The rows of images that came in a zip, while each becomes an object of its own. */
export abstract class UnpackedImages {
  /** The zip; null when the dataset came without one or is gone. */
  abstract zipOf(datasetId: string): Promise<{ readonly key: string; readonly sizeBytes: number } | null>;
  abstract count(datasetId: string): Promise<UnpackedCounts>;
  /** Those of the names that are still to be unpacked. */
  abstract packed(datasetId: string, fileNames: readonly string[]): Promise<readonly PackedImage[]>;
  /** Whether it still is to be unpacked. */
  abstract isPacked(datasetId: string, image: PackedImage): Promise<boolean>;
  /** In the caller's unit of work: they have objects now, and thumbnails are to be made. */
  abstract stored(datasetId: string, images: readonly { readonly image: PackedImage; readonly key: string }[]): Promise<void>;
  /** In the caller's unit of work: out of training, each with a finding. */
  abstract refused(datasetId: string, images: readonly PackedImage[], finding: Omit<Finding, 'entry'>): Promise<void>;
  /** Some that are still to be unpacked, whatever their names. */
  abstract left(datasetId: string, most: number): Promise<readonly PackedImage[]>;
}
