import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { totalsOf, type DiffTotals } from '../../diff-totals.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { VersionDiff, type ImageDiff } from '../../version-diff.js';
import { DiffSnapshotsQuery, ListDiffQuery } from './diff-snapshots.query.js';

@QueryHandler(DiffSnapshotsQuery)
export class DiffSnapshotsHandler implements IQueryHandler<DiffSnapshotsQuery> {
  constructor(
    private readonly source: SnapshotSource,
    private readonly diff: VersionDiff,
  ) {}

  async execute({ principal, of: { datasetId, from, to } }: DiffSnapshotsQuery): Promise<DiffTotals> {
    await this.source.require(principal, datasetId, 'read');
    const ends = await this.diff.ends(datasetId, from, to);
    return totalsOf(this.diff.images(ends), ends);
  }
}

@QueryHandler(ListDiffQuery)
export class ListDiffHandler implements IQueryHandler<ListDiffQuery> {
  constructor(
    private readonly source: SnapshotSource,
    private readonly diff: VersionDiff,
  ) {}

  async execute({ principal, of: { datasetId, from, to }, page }: ListDiffQuery): Promise<readonly ImageDiff[]> {
    await this.source.require(principal, datasetId, 'read');
    const found: ImageDiff[] = [];
    for await (const image of this.diff.images(await this.diff.ends(datasetId, from, to), page.after, page.limit)) {
      if (page.kind === undefined || image.differences.includes(page.kind)) found.push(image);
      if (found.length === page.limit) break;
    }
    return found;
  }
}
