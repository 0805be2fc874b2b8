import { streamedZip } from '@app/archive';
import { DomainError } from '@app/kernel';
import { ObjectStore, objectKeys, Presigner } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import type { SourceEntry } from '../application/ports/snapshot-source.port.js';
import { SnapshotStorage } from '../application/ports/snapshot-storage.port.js';
import type { SnapshotZip } from '../domain/snapshot.aggregate.js';
import { plannedEntries } from './zip-entries.js';

@Injectable()
export class BucketSnapshotStorage extends SnapshotStorage {
  constructor(
    private readonly store: ObjectStore,
    private readonly presigner: Presigner,
  ) {
    super();
  }

  async copyUpload(datasetId: string, version: number, upload: { key: string; sizeBytes: number; sha256: string }): Promise<SnapshotZip> {
    const key = objectKeys.snapshotZip(datasetId, version);
    // A build that was killed behind the copy finds its zip.
    const present = (await this.store.head(key)) ?? (await this.store.copy(upload.key, key, { contentType: 'application/zip' }));
    if (present.sizeBytes !== upload.sizeBytes) throw new DomainError('state-conflict', 'The stored zip has another size than the upload.');
    return { key, sizeBytes: upload.sizeBytes, sha256: upload.sha256 };
  }

  async writeZip(datasetId: string, version: number, entries: AsyncIterable<SourceEntry>): Promise<SnapshotZip> {
    const key = objectKeys.snapshotZip(datasetId, version);
    const { sizeBytes, sha256 } = await this.store.upload(key, streamedZip(plannedEntries(entries, this.store)), { contentType: 'application/zip' });
    return { key, sizeBytes, sha256 };
  }

  async writeManifest(datasetId: string, version: number, text: AsyncIterable<string>): Promise<void> {
    await this.store.upload(objectKeys.snapshotManifest(datasetId, version), encoded(text), { contentType: 'application/json' });
  }

  async pointLatest(datasetId: string, latest: { version: number } & SnapshotZip): Promise<void> {
    const text = JSON.stringify({ version: latest.version, key: latest.key, sha256: latest.sha256 });
    await this.store.put(objectKeys.latestSnapshot(datasetId), new TextEncoder().encode(text), { contentType: 'application/json' });
  }

  async discard(datasetId: string, version: number): Promise<void> {
    await this.store.delete([objectKeys.snapshotZip(datasetId, version), objectKeys.snapshotManifest(datasetId, version)]);
  }

  presignDownload(key: string, fileName: string): { url: string; expiresAt: Date } {
    return this.presigner.presignGet(key, { downloadName: fileName, contentType: 'application/zip' });
  }
}

/** Small strings gathered into chunks, so that the upload is not called once an entry. */
async function* encoded(text: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  let gathered = '';
  for await (const piece of text) {
    gathered += piece;
    if (gathered.length < 65_536) continue;
    yield encoder.encode(gathered);
    gathered = '';
  }
  if (gathered !== '') yield encoder.encode(gathered);
}
