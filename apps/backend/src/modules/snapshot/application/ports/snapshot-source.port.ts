import type { Principal } from '../../../../platform/auth/principal.js';

export interface SourceDataset {
  readonly id: string;
  readonly name: string;
  readonly contentHash: string;
  readonly numImages: number;
  readonly numLabeled: number;
  /** The zip that it came as; null for one that began empty. */
  readonly upload: { readonly key: string; readonly sizeBytes: number; readonly sha256: string } | null;
  /** Position in its sequence of changes; 0: as it came. */
  readonly changeSeq: number;
}

/** One image of a version, as the manifest lists it. */
export interface SourceImage {
  readonly number: number;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly split: 'train' | 'val' | 'test' | null;
}

/** The datasets as versions are made of them. */
export abstract class SnapshotSource {
  /** Throws `not-found` or `forbidden`. */
  abstract require(principal: Principal, datasetId: string, action: 'read' | 'manage'): Promise<SourceDataset>;
  /** Without a question of permission: for work that was permitted when it was asked for. Null when the dataset is gone. */
  abstract find(datasetId: string): Promise<SourceDataset | null>;
  /** In the order of their numbers. */
  abstract images(datasetId: string): AsyncIterable<SourceImage>;
}
