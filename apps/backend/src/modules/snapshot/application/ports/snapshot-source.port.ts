import type { Principal } from '../../../../platform/auth/principal.js';

/** An entry of a version's zip, in the order in which they stand there. Sizes in bytes. */
export type SourceEntry =
  /** Its bytes lie in the store. */
  | { readonly kind: 'object'; readonly name: string; readonly key: string; readonly sizeBytes: number; readonly crc32: number }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  /** Gives the same text each time it is opened. */
  | { readonly kind: 'text'; readonly name: string; readonly open: () => AsyncIterable<Uint8Array> };

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

/** What a dataset is at one moment; edits after it are not seen. Holds a connection until it is closed. */
export interface SourceContent {
  readonly contentHash: string;
  readonly numImages: number;
  readonly numLabeled: number;
  /** The zip that has exactly this content; null where it must be put together. */
  readonly upload: { readonly key: string; readonly sizeBytes: number; readonly sha256: string } | null;
  /** Of the zip: images, masks, then the label file and its summary. Throws `unavailable` where an image was not read whole yet. */
  entries(): AsyncIterable<SourceEntry>;
  /** In the order of their numbers. */
  images(): AsyncIterable<SourceImage>;
  close(): Promise<void>;
}

/** The datasets as versions are made of them. */
export abstract class SnapshotSource {
  /** Throws `not-found` or `forbidden`. */
  abstract require(principal: Principal, datasetId: string, action: 'read' | 'manage'): Promise<{ readonly name: string }>;
  /** Without a question of permission: for work that was permitted when it was asked for. Null when the dataset is gone; `unavailable` when it cannot be read now. */
  abstract content(datasetId: string): Promise<SourceContent | null>;
}
