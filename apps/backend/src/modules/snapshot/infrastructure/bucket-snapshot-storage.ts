import { createHash } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { ObjectStore, objectKeys, Presigner } from '@app/object-store';
import { Metrics } from '@app/observability';
import { Injectable } from '@nestjs/common';
import type { SourceContent } from '../application/ports/snapshot-source.port.js';
import { SnapshotStorage, type BuildOptions, type BuiltZip, type StoredVersion, type ZipForecast } from '../application/ports/snapshot-storage.port.js';
import type { ManifestEntries, ManifestHead } from '../domain/snapshot-manifest.js';
import type { SnapshotState, SnapshotZip } from '../domain/snapshot.state.js';
import type { ZipBase } from '../domain/snapshot.repository.port.js';
import { gzipped } from './gzipped.js';
import { manifestText } from './manifest-text.js';
import { forecastZip } from './zip-forecast.js';
import { faultOfZip } from './zip-fault.js';
import { ZipComposer } from './zip-composer.js';
import { HeldDeletions } from '../../../platform/storage/held-deletions.js';

@Injectable()
export class BucketSnapshotStorage extends SnapshotStorage {
  constructor(
    private readonly store: ObjectStore,
    private readonly deletions: HeldDeletions,
    private readonly presigner: Presigner,
    private readonly composer: ZipComposer,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  async copyUpload({ datasetId, version }: StoredVersion, upload: { key: string; sizeBytes: number; sha256: string }): Promise<BuiltZip> {
    const key = objectKeys.snapshotZip(datasetId, version);
    // A build that was killed behind the copy finds its zip.
    const found = await this.store.head(key);
    const present = found ?? (await this.store.copy(upload.key, key, { contentType: 'application/zip' }));
    if (found === null) this.measure({ bytesMoved: 0, bytesCopied: upload.sizeBytes });
    if (present.sizeBytes !== upload.sizeBytes) throw new DomainError('state-conflict', 'The stored zip has another size than the upload.');
    return { zip: { key, sizeBytes: upload.sizeBytes, sha256: upload.sha256, etag: present.etag, region: null }, bytesMoved: 0, bytesCopied: upload.sizeBytes };
  }

  async writeZip({ datasetId, version, tail }: StoredVersion, content: SourceContent, options: BuildOptions): Promise<BuiltZip> {
    const built = await this.composer.write({ key: objectKeys.snapshotZip(datasetId, version), tail, content, options });
    this.measure(built);
    return built;
  }

  async forecastZip({ tail }: StoredVersion, content: SourceContent, bases: readonly ZipBase[]): Promise<ZipForecast> {
    return forecastZip(content, { bases, tail });
  }

  async faultOf(zip: ZipBase, signal: AbortSignal): Promise<string | null> {
    return faultOfZip(this.store, zip, signal);
  }

  async isSound({ key, sizeBytes, sha256 }: SnapshotZip, signal: AbortSignal): Promise<boolean> {
    const head = await this.store.head(key, signal);
    if (head?.sizeBytes !== sizeBytes) return false;
    const hash = createHash('sha256');
    const { body } = await this.store.get(key, { signal });
    for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
    return hash.digest('hex') === sha256;
  }

  async clearUnfinished({ datasetId, version }: Pick<StoredVersion, 'datasetId' | 'version'>): Promise<void> {
    await this.store.abortStaleUploads(objectKeys.snapshotZip(datasetId, version), new Date());
  }

  async hasManifest({ datasetId, version }: Pick<StoredVersion, 'datasetId' | 'version'>): Promise<boolean> {
    return (await this.store.head(objectKeys.snapshotManifest(datasetId, version))) !== null;
  }

  async writeManifest(head: ManifestHead, entries: AsyncIterable<ManifestEntries>): Promise<string> {
    const packed = gzipped(manifestText(head, entries));
    return (await this.store.upload(objectKeys.snapshotManifest(head.datasetId, head.version), packed, { contentType: 'application/json', contentEncoding: 'gzip' })).sha256;
  }

  async pointLatest(datasetId: string, latest: { version: number; zip: SnapshotZip } | null): Promise<void> {
    const key = objectKeys.latestSnapshot(datasetId);
    if (latest === null) return this.store.delete([key]);
    const text = JSON.stringify({ version: latest.version, key: latest.zip.key, sha256: latest.zip.sha256 });
    await this.store.put(key, new TextEncoder().encode(text), { contentType: 'application/json' });
  }

  async keepTail({ datasetId, version, zip }: StoredVersion): Promise<SnapshotState['tail']> {
    if (zip?.region == null) return null;
    const key = objectKeys.snapshotTail(datasetId, version);
    const { body } = await this.store.get(zip.key, { range: { start: zip.region.bytes } });
    const { sizeBytes } = await this.store.upload(key, body, { contentType: 'application/octet-stream' });
    return { key, sizeBytes };
  }

  async remove({ datasetId, version }: Pick<StoredVersion, 'datasetId' | 'version'>, what: 'zip' | 'all'): Promise<void> {
    const others = [objectKeys.snapshotManifest(datasetId, version), objectKeys.snapshotTail(datasetId, version)];
    // A zip may be made again under its key, so its deletion cannot wait; a backup does without it.
    await this.store.delete([objectKeys.snapshotZip(datasetId, version)]);
    if (what === 'all') await this.deletions.remove(others);
  }

  private measure({ bytesMoved, bytesCopied }: Pick<BuiltZip, 'bytesMoved' | 'bytesCopied'>): void {
    this.metrics.count('vision_snapshot_bytes_total', { how: 'moved' }, bytesMoved);
    this.metrics.count('vision_snapshot_bytes_total', { how: 'copied' }, bytesCopied);
    this.metrics.count('vision_snapshot_zips_total', { how: bytesCopied > 0 ? 'extended' : 'whole' });
  }

  presignDownload(key: string, fileName: string): { url: string; expiresAt: Date } {
    return this.presigner.presignGet(key, { downloadName: fileName, contentType: 'application/zip' });
  }
}
