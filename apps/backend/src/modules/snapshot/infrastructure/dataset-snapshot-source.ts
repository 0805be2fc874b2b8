import { DomainError } from '@app/kernel';
import { objectKeys } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { LiveView, type CutImage, type DatasetCut } from '../../annotation/index.js';
import { DatasetAccess, DatasetImages, type DatasetView } from '../../dataset/index.js';
import { SnapshotSource, type SourceContent, type SourceEntry, type SourceImage } from '../application/ports/snapshot-source.port.js';

@Injectable()
export class DatasetSnapshotSource extends SnapshotSource {
  constructor(
    private readonly datasets: DatasetAccess,
    private readonly datasetImages: DatasetImages,
    private readonly view: LiveView,
  ) {
    super();
  }

  async require(principal: Principal, datasetId: string, action: 'read' | 'manage'): Promise<{ readonly name: string }> {
    return this.datasets.require(principal, datasetId, action);
  }

  async content(datasetId: string): Promise<SourceContent | null> {
    const dataset = await this.datasets.find(datasetId);
    if (dataset === null) return null;
    // Its labels are in the zip only, and nobody can have changed one.
    if (!dataset.labelsLoaded) return this.asUploaded(dataset);
    const cut = await this.view.open(datasetId);
    try {
      const [contentHash, totals] = [await cut.contentHash(), await cut.totals()];
      const isUntouched = cut.facts.changeSeq === 0 && totals.images === dataset.numImages;
      return { contentHash, numImages: totals.images, numLabeled: totals.labeled, upload: isUntouched ? dataset.upload : null, entries: () => entriesOf(cut), images: () => imagesOf(cut), close: () => cut.close() };
    } catch (error) {
      await cut.close();
      throw error;
    }
  }

  private asUploaded({ id, contentHash, numImages, numLabeled, upload }: DatasetView): SourceContent {
    return { contentHash, numImages, numLabeled, upload, entries: () => none(), images: () => this.datasetImages.list(id), close: () => Promise.resolve() };
  }
}

async function* none(): AsyncIterable<SourceEntry> {
  throw await Promise.resolve(notYet('labels'));
}

async function* entriesOf(cut: DatasetCut): AsyncIterable<SourceEntry> {
  for await (const { fileName, objectKey, sizeBytes, crc32 } of cut.images()) {
    if (objectKey === null || crc32 === null) throw notYet('images');
    yield { kind: 'object', name: fileName, key: objectKey, sizeBytes, crc32 };
  }
  for await (const { number, png } of cut.masks()) yield { kind: 'bytes', name: maskName(cut.facts.datasetId, number), bytes: png };
  yield { kind: 'text', name: 'annotations.json', open: () => cut.annotations() };
  yield { kind: 'bytes', name: 'meta.json', bytes: await cut.meta() };
}

/** As the label file names it: the bucket and the zip have one layout. */
function maskName(datasetId: string, number: number): string {
  return objectKeys.mask(datasetId, number).slice(objectKeys.dataset(datasetId).length);
}

async function* imagesOf(cut: DatasetCut): AsyncIterable<SourceImage> {
  for await (const image of cut.images()) yield manifested(image);
}

function manifested({ crc32, ...image }: CutImage): SourceImage {
  if (crc32 === null) throw notYet('images');
  return { ...image, crc32 };
}

function notYet(what: string): DomainError {
  return new DomainError('unavailable', `Some ${what} of the dataset are still being read.`, { retryAfterSeconds: 5 });
}
