import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { ModelRuns } from '../../application/model-runs.js';
import type { RunListFilter } from '../../application/ports/run-store.port.js';
import { acceptRequest, listEvaluationsQuery, listRunsQuery, runListResponse, runResponse, toRun, type AcceptRequest, type ListEvaluationsRequest, type ListRunsRequest, type RunListResponse, type RunResponse } from './dto/run.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);
const RunId = (): ParameterDecorator => ZodParam('run_id', z.uuid());

@ApiTags('models')
@Controller({ path: 'datasets/:id', version: '1' })
export class ModelRunsController {
  constructor(
    private readonly runs: ModelRuns,
    private readonly cursors: CursorCodec,
  ) {}

  @Get('model-runs')
  @RequireScope('read')
  @ApiAnswer(200, runListResponse, 'Pre-labelings, newest first.')
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(listRunsQuery) query: ListRunsRequest): Promise<RunListResponse> {
    return this.page(principal, id, query, { kind: 'prelabel', modelId: query.model_id });
  }

  @Get('evaluations')
  @RequireScope('read')
  @ApiAnswer(200, runListResponse, 'Measurements of models, newest first.')
  async evaluations(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(listEvaluationsQuery) query: ListEvaluationsRequest): Promise<RunListResponse> {
    return this.page(principal, id, query, { kind: 'evaluation', modelId: query.model_id, snapshotVersion: query.version });
  }

  @Get('model-runs/:run_id')
  @RequireScope('read')
  @ApiAnswer(200, runResponse, 'Evaluations, too.')
  async get(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @RunId() runId: string): Promise<RunResponse> {
    return toRun(await this.runs.get(principal, { datasetId, runId }));
  }

  @Post('model-runs/:run_id/accept')
  @HttpCode(202)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(202, runResponse, 'What was proposed at this score or above becomes labels, in the background, of images that nobody labeled.')
  async accept(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @RunId() runId: string, @ZodBody(acceptRequest) body: AcceptRequest): Promise<RunResponse> {
    return toRun(await this.runs.accept(principal, { datasetId, runId }, body.min_score));
  }

  @Post('model-runs/:run_id/undo')
  @HttpCode(202)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(202, runResponse, 'Suggestions that nobody took vanish; those that were taken and that nobody touched since are taken out of the labels, in the background.')
  async undo(@CurrentPrincipal() principal: Principal, @DatasetId() datasetId: string, @RunId() runId: string): Promise<RunResponse> {
    return toRun(await this.runs.undo(principal, { datasetId, runId }));
  }

  private async page(principal: Principal, datasetId: string, query: ListRunsRequest, filter: Omit<RunListFilter, 'limit'>): Promise<RunListResponse> {
    const scope = ['model-runs', principal.userId, datasetId, filter];
    const from = query.cursor === undefined ? undefined : this.cursors.decode(query.cursor, scope);
    const after = from === undefined ? {} : { after: { createdAt: new Date(from.key), id: from.id } };
    const views = await this.runs.list(principal, datasetId, { ...filter, limit: query.limit, ...after });
    const last = views.length === query.limit ? views.at(-1)?.run : undefined;
    return { items: views.map(toRun), next_cursor: last === undefined ? null : this.cursors.encode({ key: last.createdAt.toISOString(), id: last.id }, scope) };
  }
}
