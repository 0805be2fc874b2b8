import type { EntryBatch } from '@app/archive';
import type { Principal } from '../../../../platform/auth/principal.js';
import type { FrozenHead } from '../../../annotation/index.js';
import type { ManifestEntries } from '../../domain/snapshot-manifest.js';
import type { SnapshotContent, SnapshotHead } from '../../domain/snapshot.state.js';

/** An entry of a version's zip behind its images. Sizes in bytes. */
export type SourceEntry =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  /** Gives the same text each time it is opened. */
  | { readonly kind: 'text'; readonly name: string; readonly open: () => AsyncIterable<Uint8Array> };

/** One image of a version. */
export interface SourceImage {
  readonly number: number;
  readonly fileName: string;
  /** Null: it is an entry of the uploaded zip still. */
  readonly key: string | null;
  readonly sizeBytes: number;
  readonly crc32: number;
}

/** Images of a version as entries of its zip. */
export interface SourceEntries extends EntryBatch {
  readonly numbers: Uint32Array;
}

/** Where a dataset stands. */
export interface SourcePosition {
  readonly head: SnapshotHead;
  readonly numImages: number;
  readonly numLabeled: number;
  /** Null where it was not computed for this position. */
  readonly contentHash: string | null;
}

/** A dataset at one position; edits behind it are not seen. Holds a connection until it is closed; one thing is read at a time. */
export interface SourceContent {
  content(): Promise<SnapshotContent>;
  /** The zip that has exactly this content; null where it must be put together. */
  upload(): Promise<{ readonly key: string; readonly sizeBytes: number; readonly sha256: string } | null>;
  /** In the order of their numbers, some hundred at a time, those up to one left out. Throws `unavailable` where an image was not read whole yet. */
  images(after?: number): AsyncIterable<readonly SourceImage[]>;
  /** The same images as entries of a zip, in columns; a batch is good until the next one is asked for. */
  imageEntries(): AsyncIterable<SourceEntries>;
  /** The same as entries of a manifest. */
  manifestEntries(): AsyncIterable<ManifestEntries>;
  /** Behind the images: masks, then the label file and its summary. */
  entries(): AsyncIterable<SourceEntry>;
  close(): Promise<void>;
}

/** The datasets as versions are made of them. */
export abstract class SnapshotSource {
  /** Throws `not-found` or `forbidden`. */
  abstract require(principal: Principal, datasetId: string, action: 'read' | 'manage' | 'own'): Promise<{ readonly name: string }>;
  /** In the caller's unit of work. Null when the dataset is gone. */
  abstract now(datasetId: string): Promise<SourcePosition | null>;
  /** Of all images that the dataset has now; 0 when it is gone. */
  abstract imageBytes(datasetId: string): Promise<number>;
  /** Whether two positions have one content, told by what changed between them; null where that is too much to look at. In the caller's unit of work. */
  abstract sameContent(datasetId: string, one: SnapshotHead, other: SnapshotHead): Promise<boolean | null>;
  /** What a version keeps of the dataset, as the module that reads datasets at positions takes it. */
  abstract frozen(head: SnapshotHead): FrozenHead;
  /** Without a question of permission: for work that was permitted when it was asked for. Null when the dataset is gone; `unavailable` when it cannot be read now. */
  abstract open(version: { readonly datasetId: string; readonly head: SnapshotHead | null; readonly numImages: number }): Promise<SourceContent | null>;
}
