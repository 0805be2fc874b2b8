import type { SourceEntry } from './snapshot-source.port.js';
import type { SnapshotZip } from '../../domain/snapshot.aggregate.js';

/** Where versions lie. Keys are immutable; each method may be repeated after a crash. */
export abstract class SnapshotStorage {
  /** The uploaded zip becomes the version's zip by a server-side copy, byte for byte. */
  abstract copyUpload(datasetId: string, version: number, upload: { readonly key: string; readonly sizeBytes: number; readonly sha256: string }): Promise<SnapshotZip>;
  /** Puts a zip together by a stream; memory does not grow with it but for its directory. Nothing is visible before it is whole. */
  abstract writeZip(datasetId: string, version: number, entries: AsyncIterable<SourceEntry>): Promise<SnapshotZip>;
  abstract writeManifest(datasetId: string, version: number, text: AsyncIterable<string>): Promise<void>;
  /** `latest.json`: the newest version, for whoever reads the bucket. */
  abstract pointLatest(datasetId: string, latest: { readonly version: number } & SnapshotZip): Promise<void>;
  /** Removes what a failed build may have left. */
  abstract discard(datasetId: string, version: number): Promise<void>;
  abstract presignDownload(key: string, fileName: string): { readonly url: string; readonly expiresAt: Date };
}
