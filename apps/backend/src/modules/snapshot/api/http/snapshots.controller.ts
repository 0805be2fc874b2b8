import { datasetIdSchema } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { GetSnapshotQuery } from '../../application/queries/get-snapshot/get-snapshot.query.js';
import { ListSnapshotsQuery } from '../../application/queries/list-snapshots/list-snapshots.query.js';
import { downloadResponse, snapshotListResponse, snapshotResponse, toSnapshotResponse, type DownloadResponse, type SnapshotListResponse, type SnapshotResponse } from './dto/snapshot.response.js';

const DatasetId = (): ParameterDecorator => ZodParam('dataset_id', datasetIdSchema);
const Version = (): ParameterDecorator => ZodParam('version', z.coerce.number().int().min(1).max(2_147_483_647));
const pageQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(1000).optional() });

/** Versions of a dataset. */
@ApiTags('snapshots')
@Controller({ path: 'datasets/:dataset_id/snapshots', version: '1' })
export class SnapshotsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, snapshotListResponse)
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @ZodQuery(pageQuery) query: z.infer<typeof pageQuery>): Promise<SnapshotListResponse> {
    const scope = ['snapshots', datasetId];
    const beforeVersion = query.cursor === undefined ? undefined : Number(this.cursors.decode(query.cursor, scope).key);
    const snapshots = await this.queries.execute(new ListSnapshotsQuery(principal, datasetId, { limit: query.limit, beforeVersion }));
    const last = snapshots.length === query.limit ? snapshots.at(-1) : undefined;
    return { items: snapshots.map(toSnapshotResponse), next_cursor: last === undefined ? null : this.cursors.encode({ key: String(last.version), id: last.id }, scope) };
  }

  @Get(':version')
  @RequireScope('read')
  @ApiAnswer(200, snapshotResponse)
  async get(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number): Promise<SnapshotResponse> {
    return toSnapshotResponse((await this.queries.execute(new GetSnapshotQuery(principal, datasetId, version))).snapshot);
  }

  @Get(':version/download')
  @RequireScope('read')
  @ApiAnswer(200, downloadResponse, 'A presigned URL, good for an hour at most.')
  async download(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number): Promise<DownloadResponse> {
    const { download } = await this.queries.execute(new GetSnapshotQuery(principal, datasetId, version));
    if (download === null) throw new DomainError('state-conflict', 'This version has no zip (yet).');
    return { url: download.url, expires_at: download.expiresAt.toISOString() };
  }
}
