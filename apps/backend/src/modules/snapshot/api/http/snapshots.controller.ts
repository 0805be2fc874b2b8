import { datasetIdSchema } from '@app/contracts';
import { Controller, Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { ChangeSnapshotCommand } from '../../application/commands/change-snapshot/change-snapshot.command.js';
import { CreateSnapshotCommand } from '../../application/commands/create-snapshot/create-snapshot.command.js';
import { DeleteSnapshotCommand } from '../../application/commands/delete-snapshot/delete-snapshot.command.js';
import { GetSnapshotQuery } from '../../application/queries/get-snapshot/get-snapshot.query.js';
import { ListSnapshotsQuery } from '../../application/queries/list-snapshots/list-snapshots.query.js';
import { createSnapshotBody, describeSnapshotBody, snapshotListResponse, snapshotResponse, toSnapshotResponse, type SnapshotListResponse, type SnapshotResponse } from './dto/snapshot.response.js';

const DatasetId = (): ParameterDecorator => ZodParam('dataset_id', datasetIdSchema);
const Version = (): ParameterDecorator => ZodParam('version', z.coerce.number().int().min(1).max(2_147_483_647));
const pageQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(1000).optional() });
const deleteQuery = z.strictObject({ keep_manifest: z.stringbool().default(false).describe('Remove the zip only; it can be made again.') });

/** Versions of a dataset. */
@ApiTags('snapshots')
@Controller({ path: 'datasets/:dataset_id/snapshots', version: '1' })
export class SnapshotsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Post()
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(201, snapshotResponse, 'The version; 200 with the one that has this content already.')
  async create(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @ZodBody(createSnapshotBody) body: z.infer<typeof createSnapshotBody>, @Res({ passthrough: true }) reply: FastifyReply): Promise<SnapshotResponse> {
    const { snapshot, isNew } = await this.commands.execute(new CreateSnapshotCommand(principal, datasetId, body));
    if (!isNew) reply.status(200);
    return this.answer(principal, datasetId, snapshot.version);
  }

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, snapshotListResponse)
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @ZodQuery(pageQuery) query: z.infer<typeof pageQuery>): Promise<SnapshotListResponse> {
    const scope = ['snapshots', datasetId];
    const beforeVersion = query.cursor === undefined ? undefined : Number(this.cursors.decode(query.cursor, scope).key);
    const snapshots = await this.queries.execute(new ListSnapshotsQuery(principal, datasetId, { limit: query.limit, beforeVersion }));
    const last = snapshots.length === query.limit ? snapshots.at(-1)?.state : undefined;
    return { items: snapshots.map(toSnapshotResponse), next_cursor: last === undefined ? null : this.cursors.encode({ key: String(last.version), id: last.id }, scope) };
  }

  @Get(':version')
  @RequireScope('read')
  @ApiAnswer(200, snapshotResponse)
  async get(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number): Promise<SnapshotResponse> {
    return this.answer(principal, datasetId, version);
  }

  @Patch(':version')
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, snapshotResponse)
  async describe(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number, @ZodBody(describeSnapshotBody) body: z.infer<typeof describeSnapshotBody>): Promise<SnapshotResponse> {
    await this.commands.execute(new ChangeSnapshotCommand(principal, datasetId, version, { kind: 'describe', ...body }));
    return this.answer(principal, datasetId, version);
  }

  /** Stops making the zip; the version stays. */
  @Post(':version/cancel')
  @HttpCode(200)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, snapshotResponse)
  async cancel(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number): Promise<SnapshotResponse> {
    await this.commands.execute(new ChangeSnapshotCommand(principal, datasetId, version, { kind: 'cancel-zip' }));
    return this.answer(principal, datasetId, version);
  }

  @Delete(':version')
  @HttpCode(204)
  @RequireScope('label')
  async remove(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @Version() version: number, @ZodQuery(deleteQuery) query: z.infer<typeof deleteQuery>): Promise<void> {
    await this.commands.execute(new DeleteSnapshotCommand(principal, datasetId, version, { keepManifest: query.keep_manifest }));
  }

  private async answer(principal: Principal, datasetId: string, version: number): Promise<SnapshotResponse> {
    return toSnapshotResponse(await this.queries.execute(new GetSnapshotQuery(principal, datasetId, version)));
  }
}
