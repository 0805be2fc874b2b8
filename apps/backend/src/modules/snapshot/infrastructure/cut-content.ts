import { DomainError } from '@app/kernel';
import { objectKeys } from '@app/object-store';
import type { CutImage, DatasetCut } from '../../annotation/index.js';
import type { DatasetView } from '../../dataset/index.js';
import type { SourceContent, SourceEntries, SourceEntry, SourceImage } from '../application/ports/snapshot-source.port.js';
import type { ManifestEntries } from '../domain/snapshot-manifest.js';
import type { SnapshotContent } from '../domain/snapshot.state.js';

/** A transaction that is open for long keeps the database from clearing up behind it: images are read on from a new one. */
const LONGEST_CUT_MILLISECONDS = 60_000;

interface Facts {
  readonly numImages: number;
  readonly upload: DatasetView['upload'];
}

/** Rows at a position. */
export class CutContent implements SourceContent {
  private openedAt = Date.now();

  private constructor(
    private readonly reopen: () => Promise<DatasetCut>,
    private readonly facts: Facts,
    private cut: DatasetCut,
  ) {}

  static async open(open: () => Promise<DatasetCut>, facts: Facts): Promise<CutContent> {
    return new CutContent(open, facts, await open());
  }

  async content(): Promise<SnapshotContent> {
    return { contentHash: await this.cut.contentHash(), totals: await this.cut.totals() };
  }

  /** Nothing was changed yet, and no image was found to be broken since. */
  async upload(): Promise<Facts['upload']> {
    return this.cut.facts.changeSeq === 0 && (await this.cut.totals()).images === this.facts.numImages ? this.facts.upload : null;
  }

  async *images(after = 0): AsyncIterable<readonly SourceImage[]> {
    let last: number | null = after;
    while (last !== null) {
      let reached: number | null = null;
      for await (const images of this.cut.images(last)) {
        yield images.map(stored);
        if (Date.now() - this.openedAt < LONGEST_CUT_MILLISECONDS) continue;
        reached = images.at(-1)?.number ?? null;
        break;
      }
      last = reached;
      if (last !== null) await this.renew();
    }
  }

  imageEntries(): AsyncIterable<SourceEntries> {
    return this.cut.imageEntries();
  }

  manifestEntries(): AsyncIterable<ManifestEntries> {
    return this.cut.imageColumns();
  }

  async *entries(): AsyncIterable<SourceEntry> {
    const { cut } = this;
    for await (const { number, png } of cut.masks()) yield { kind: 'bytes', name: maskName(cut.facts.datasetId, number), bytes: png };
    yield { kind: 'text', name: 'annotations.json', open: () => cut.annotations() };
    yield { kind: 'bytes', name: 'meta.json', bytes: await cut.meta() };
  }

  async close(): Promise<void> {
    await this.cut.close();
  }

  private async renew(): Promise<void> {
    await this.cut.close();
    this.cut = await this.reopen();
    this.openedAt = Date.now();
  }
}

/** As the label file names it: the bucket and the zip have one layout. */
function maskName(datasetId: string, number: number): string {
  return objectKeys.mask(datasetId, number).slice(objectKeys.dataset(datasetId).length);
}

function stored({ number, fileName, objectKey, sizeBytes, crc32 }: CutImage): SourceImage {
  if (crc32 === null) throw new DomainError('unavailable', 'Some images of the dataset are still being read.', { retryAfterSeconds: 5 });
  return { number, fileName, key: objectKey, sizeBytes, crc32 };
}
