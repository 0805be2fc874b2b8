import { DomainError } from '@app/kernel';
import type { DatasetImages, DatasetView } from '../../dataset/index.js';
import type { SourceContent, SourceEntry, SourceImage } from '../application/ports/snapshot-source.port.js';
import type { SnapshotContent } from '../domain/snapshot.state.js';

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

  async *images(after = 0): AsyncIterable<SourceImage> {
    for await (const image of this.datasetImages.list(this.dataset.id)) {
      if (image.number > after) yield { ...image, key: null };
    }
  }

  async *entries(): AsyncIterable<SourceEntry> {
    throw await Promise.resolve(new DomainError('unavailable', 'Some labels of the dataset are still being read.', { retryAfterSeconds: 5 }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
