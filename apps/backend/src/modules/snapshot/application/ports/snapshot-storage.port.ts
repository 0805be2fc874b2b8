import type { RequestForecast } from '@app/object-store';
import type { ZipBase } from '../../domain/snapshot.repository.port.js';
import type { ManifestEntries, ManifestHead } from '../../domain/snapshot-manifest.js';
import type { SnapshotState, SnapshotZip } from '../../domain/snapshot.state.js';
import type { SourceContent } from './snapshot-source.port.js';

/** A version as storage knows it. */
export type StoredVersion = Pick<SnapshotState, 'datasetId' | 'version' | 'tail' | 'zip'>;

export interface BuiltZip {
  readonly zip: SnapshotZip;
  /** Bytes that passed through this process, both ways. */
  readonly bytesMoved: number;
  /** Bytes that were copied inside the store. */
  readonly bytesCopied: number;
  /** The zip that was there had other bytes than were frozen; absent: it had not, or there was none. */
  readonly replacesDamaged?: boolean;
}

/** What a build would ask of the store, and how long its zip would be. */
export interface ZipForecast {
  readonly requests: RequestForecast;
  readonly sizeBytes: number;
  /** False: of a dataset so large that the length of its labels is guessed. */
  readonly isExact: boolean;
}

export interface BuildOptions {
  /** Zips that this one may begin like. */
  readonly bases: readonly ZipBase[];
  /** One of them is not what it was: it is to be read whole, and is not copied from. */
  readonly onDoubt: (base: ZipBase) => Promise<void>;
  readonly signal: AbortSignal;
  /** Bytes of the new zip that are there, of how many; they can be asked for at any time. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Where versions lie. Keys are immutable; each method may be repeated after a crash. */
export abstract class SnapshotStorage {
  /** The uploaded zip becomes the version's zip by a server-side copy, byte for byte. */
  abstract copyUpload(version: StoredVersion, upload: { readonly key: string; readonly sizeBytes: number; readonly sha256: string }): Promise<BuiltZip>;
  /**
   * Puts a zip together: images that another version's zip begins with are copied inside the store, what is new is streamed; memory does not grow with it. Nothing is visible before it is whole.
   * One that was dropped is made again, byte for byte; `state-conflict` where that fails.
   */
  abstract writeZip(version: StoredVersion, content: SourceContent, options: BuildOptions): Promise<BuiltZip>;
  /** What `copyUpload` or `writeZip` would ask of the store, by the plan that it makes. Asks nothing of it. */
  abstract forecastZip(version: StoredVersion, content: SourceContent, bases: readonly ZipBase[]): Promise<ZipForecast>;
  /** Looks at the object's facts and at the images at some random places of its region, 4 MiB at most: what is wrong; null: nothing that can be seen without reading it whole. */
  abstract faultOf(zip: ZipBase, signal: AbortSignal): Promise<string | null>;
  /** Reads the whole zip: whether it has the bytes that it was frozen with. Throws `unavailable` where the store does not give them. */
  abstract isSound(zip: SnapshotZip, signal: AbortSignal): Promise<boolean>;
  /** Takes away what a build that was killed has left open in the store. */
  abstract clearUnfinished(version: Pick<StoredVersion, 'datasetId' | 'version'>): Promise<void>;
  abstract hasManifest(version: Pick<StoredVersion, 'datasetId' | 'version'>): Promise<boolean>;
  /** `v{n}.json`, packed with gzip. Answers the SHA-256 of what was written. */
  abstract writeManifest(head: ManifestHead, entries: AsyncIterable<ManifestEntries>): Promise<string>;
  /** `latest.json`: the newest version with a zip, for whoever reads the bucket; null: there is none. */
  abstract pointLatest(datasetId: string, latest: { readonly version: number; readonly zip: SnapshotZip } | null): Promise<void>;
  /** What stands behind the images is put aside, for the zip to be made again; null where it is not needed. The zip is still there. */
  abstract keepTail(version: StoredVersion): Promise<SnapshotState['tail']>;
  /** `zip`: the zip; `all`: manifest and tail too. Absent ones are no error. */
  abstract remove(version: Pick<StoredVersion, 'datasetId' | 'version'>, what: 'zip' | 'all'): Promise<void>;
  abstract presignDownload(key: string, fileName: string): { readonly url: string; readonly expiresAt: Date };
}
