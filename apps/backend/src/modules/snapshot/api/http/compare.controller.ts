import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { RestoreSnapshotCommand } from '../../application/commands/restore-snapshot/restore-snapshot.command.js';
import type { DiffTotals } from '../../application/diff-totals.js';
import { DiffSnapshotsQuery, ListDiffQuery } from '../../application/queries/diff-snapshots/diff-snapshots.query.js';
import { diffImagesQuery, diffImagesResponse, diffQuery, diffResponse, restoreResponse, toDiffImage, toRestoreResponse, type DiffImagesResponse } from './dto/compare.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('dataset_id', datasetIdSchema);
const Version = (): ParameterDecorator => ZodParam('version', z.coerce.number().int().min(1).max(2_147_483_647));

/** What lies between versions, and the way back to one. */
@ApiTags('snapshots')
@Controller({ path: 'datasets/:dataset_id/snapshots', version: '1' })
export class CompareController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Get('diff')
  @RequireScope('read')
  @ApiAnswer(200, diffResponse)
  async totals(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @ZodQuery(diffQuery) query: z.infer<typeof diffQuery>): Promise<DiffTotals> {
    return this.queries.execute(new DiffSnapshotsQuery(principal, { datasetId, ...query }));
  }

  @Get('diff/images')
  @RequireScope('read')
  @ApiAnswer(200, diffImagesResponse)
  async images(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @ZodQuery(diffImagesQuery) query: z.infer<typeof diffImagesQuery>): Promise<DiffImagesResponse> {
    const { from, to, limit, cursor, kind } = query;
    const scope = ['snapshot-diff', datasetId, String(from), String(to), kind ?? ''];
    const after = cursor === undefined ? 0 : Number(this.cursors.decode(cursor, scope).key);
    const images = await this.queries.execute(new ListDiffQuery(principal, { datasetId, from, to }, { after, limit, kind }));
    const last = images.length === limit ? String(images.at(-1)?.number) : null;
    return { items: images.map(toDiffImage), next_cursor: last === null ? null : this.cursors.encode({ key: last, id: last }, scope) };
  }

  @Post(':version/restore')
  @HttpCode(200)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, restoreResponse, 'The dataset is that version again, as new revisions.')
  async restore(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number): Promise<z.infer<typeof restoreResponse>> {
    return toRestoreResponse(version, await this.commands.execute(new RestoreSnapshotCommand(principal, datasetId, version)));
  }
}
