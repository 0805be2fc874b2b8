import { DomainError } from '@app/kernel';
import type { DatasetImages, DatasetView } from '../../dataset/index.js';
import type { SourceContent, SourceEntries, SourceEntry, SourceImage } from '../application/ports/snapshot-source.port.js';
import type { ManifestEntries } from '../domain/snapshot-manifest.js';
import type { SnapshotContent } from '../domain/snapshot.state.js';
import { manifestColumns, type ManifestRow } from './manifest-columns.js';

const BATCH = 500;

/** A dataset whose labels are in the uploaded zip only: that is its content. */
export class UploadedContent implements SourceContent {
  constructor(
    private readonly dataset: DatasetView,
    private readonly datasetImages: DatasetImages,
  ) {}

  content(): Promise<SnapshotContent> {
    const { contentHash, numImages, numLabeled, splits } = this.dataset;
    const { train, val, test } = splits;
    return Promise.resolve({ contentHash, totals: { images: numImages, labeled: numLabeled, annotations: null, splits: { train, val, test }, classes: null } });
  }

  upload(): Promise<DatasetView['upload']> {
    return Promise.resolve(this.dataset.upload);
  }

  async *images(): AsyncIterable<readonly SourceImage[]> {
    yield* inUploadedZip();
  }

  async *imageEntries(): AsyncIterable<SourceEntries> {
    yield* inUploadedZip();
  }

  async *manifestEntries(): AsyncIterable<ManifestEntries> {
    let rows: ManifestRow[] = [];
    for await (const row of this.datasetImages.list(this.dataset.id)) {
      rows.push(row);
      if (rows.length < BATCH) continue;
      yield manifestColumns(rows);
      rows = [];
    }
    yield manifestColumns(rows);
  }

  async *entries(): AsyncIterable<SourceEntry> {
    yield* inUploadedZip();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Nothing is put together of such a dataset, and the zip is copied as it is. */
async function* inUploadedZip(): AsyncGenerator<never> {
  throw await Promise.resolve(new DomainError('unavailable', 'Some labels of the dataset are still being read.', { retryAfterSeconds: 5 }));
}
