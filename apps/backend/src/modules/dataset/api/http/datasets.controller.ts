import { datasetIdSchema } from '@app/contracts';
import { Controller, Delete, Get, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BackendConfig } from '../../../../config/backend-config.js';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { AcceptsForm } from '../../../../platform/http/request-rules.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { CreateDatasetCommand } from '../../application/commands/create-dataset/create-dataset.command.js';
import { MakeDemoDatasetCommand } from '../../application/commands/make-demo-dataset/make-demo-dataset.command.js';
import { RestoreDatasetCommand } from '../../application/commands/restore-dataset/restore-dataset.command.js';
import { TrashDatasetCommand } from '../../application/commands/trash-dataset/trash-dataset.command.js';
import { UpdateDatasetCommand } from '../../application/commands/update-dataset/update-dataset.command.js';
import { UploadDatasetCommand } from '../../application/commands/upload-dataset/upload-dataset.command.js';
import type { DatasetSort, DatasetView } from '../../application/ports/dataset-read-model.port.js';
import { UploadStorage } from '../../application/ports/upload-storage.port.js';
import { GetDatasetQuery } from '../../application/queries/get-dataset/get-dataset.query.js';
import { GetDownloadQuery } from '../../application/queries/get-download/get-download.query.js';
import { ListDatasetsQuery } from '../../application/queries/list-datasets/list-datasets.query.js';
import { ListFindingsQuery } from '../../application/queries/list-findings/list-findings.query.js';
import { ListImportsQuery } from '../../application/queries/list-imports/list-imports.query.js';
import {
  createDatasetRequest,
  datasetListResponse,
  datasetResponse,
  downloadResponse,
  findingListResponse,
  findingsQuery,
  listDatasetsQuery,
  toDatasetResponse,
  updateDatasetRequest,
  uploadQuery,
  type CreateDatasetRequest,
  type DatasetListResponse,
  type DatasetResponse,
  type DownloadResponse,
  type FindingListResponse,
  type FindingsRequest,
  type ListDatasetsRequest,
  type UpdateDatasetRequest,
  type UploadQuery,
} from './dto/dataset.schemas.js';
import { importListResponse, toImportListResponse, type ImportListResponse } from './dto/import.schemas.js';
import { disconnectSignal, readUploadRequest } from './upload-request.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);

@ApiTags('datasets')
@Controller({ path: 'datasets', version: '1' })
export class DatasetsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
    private readonly storage: UploadStorage,
    private readonly config: BackendConfig,
  ) {}

  @Post('upload')
  @RequireScope('label')
  @AcceptsForm()
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: { type: 'object', required: ['file'], properties: { name: { type: 'string' }, visibility: { type: 'string', enum: ['private', 'public'] }, file: { type: 'string', format: 'binary', description: 'the zip; fields come before it' } } } })
  @ApiHeader({ name: 'Upload-Id', required: false, description: 'a UUID of your choice, to ask for the progress at uploads/{id}', schema: { type: 'string', format: 'uuid' } })
  @ApiAnswer(201, datasetResponse, 'A zip in another format is made a DICE zip first (docs/formats.md); what could not be taken over is in `warnings`.')
  async upload(@CurrentPrincipal() principal: Principal, @ZodQuery(uploadQuery) { format }: UploadQuery, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<DatasetResponse> {
    const input = await readUploadRequest(request, reply, this.config.uploadIdleSeconds);
    return this.response(await this.commands.execute(new UploadDatasetCommand(principal, { ...input, format })));
  }

  @Post(['create', ''])
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(201, datasetResponse, 'A dataset without an image.')
  async create(@CurrentPrincipal() principal: Principal, @ZodBody(createDatasetRequest) body: CreateDatasetRequest): Promise<DatasetResponse> {
    const { task_type: taskType, multi_label: multiLabel, ...rest } = body;
    return this.response(await this.commands.execute(new CreateDatasetCommand(principal, { ...rest, taskType, multiLabel })));
  }

  @Post('demo')
  @RequireScope('label')
  @Idempotent({ atomic: false })
  @ApiAnswer(201, datasetResponse, 'A generated dataset to try things out with.')
  async demo(@CurrentPrincipal() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply): Promise<DatasetResponse> {
    return this.response(await this.commands.execute(new MakeDemoDatasetCommand(principal, disconnectSignal(reply))));
  }

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, datasetListResponse)
  async list(@CurrentPrincipal() principal: Principal, @ZodQuery(listDatasetsQuery) query: ListDatasetsRequest): Promise<DatasetListResponse> {
    const scope = ['datasets', principal.userId, query.q, query.task_type, query.trashed, query.sort];
    const after = query.cursor === undefined ? undefined : this.cursors.decode(query.cursor, scope);
    const { q: search, task_type: taskType, sort, limit } = query;
    const datasets = await this.queries.execute(new ListDatasetsQuery(principal, { search, taskType, trashed: query.trashed === 'true', sort, limit, after }));
    const last = datasets.length === limit ? datasets.at(-1) : undefined;
    return { items: datasets.map((one) => this.response(one)), next_cursor: last === undefined ? null : this.cursors.encode({ key: sortKey(last, sort), id: last.id }, scope) };
  }

  @Get(':id')
  @RequireScope('read')
  @ApiAnswer(200, datasetResponse)
  async get(@CurrentPrincipal() principal: Principal, @DatasetId() id: string): Promise<DatasetResponse> {
    return this.response(await this.queries.execute(new GetDatasetQuery(principal, id)));
  }

  @Patch(':id')
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, datasetResponse)
  async update(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(updateDatasetRequest) body: UpdateDatasetRequest): Promise<DatasetResponse> {
    return this.response(await this.commands.execute(new UpdateDatasetCommand(principal, id, body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('label')
  @ApiAnswer(204, null, 'To the trash; can be taken back for 30 days.')
  async trash(@CurrentPrincipal() principal: Principal, @DatasetId() id: string): Promise<void> {
    await this.commands.execute(new TrashDatasetCommand(principal, id));
  }

  @Post(':id/restore')
  @HttpCode(200)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, datasetResponse)
  async restore(@CurrentPrincipal() principal: Principal, @DatasetId() id: string): Promise<DatasetResponse> {
    await this.commands.execute(new RestoreDatasetCommand(principal, id));
    return this.response(await this.queries.execute(new GetDatasetQuery(principal, id)));
  }

  @Get(':id/download')
  @RequireScope('read')
  @ApiAnswer(200, downloadResponse, 'The zip as it was uploaded, by a presigned URL.')
  async download(@CurrentPrincipal() principal: Principal, @DatasetId() id: string): Promise<DownloadResponse> {
    const { url, expiresAt } = await this.queries.execute(new GetDownloadQuery(principal, id));
    return { url, expires_at: expiresAt.toISOString() };
  }

  @Get(':id/findings')
  @RequireScope('read')
  @ApiAnswer(200, findingListResponse)
  async findings(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(findingsQuery) query: FindingsRequest): Promise<FindingListResponse> {
    const items = [...(await this.queries.execute(new ListFindingsQuery(principal, id, query)))];
    return { items, next_after: items.length === query.limit ? (items.at(-1)?.position ?? null) : null };
  }

  @Get(':id/imports')
  @RequireScope('read')
  @ApiAnswer(200, importListResponse, 'What is taken in from the bucket in the background: labels and images of an uploaded zip, a prefix.')
  async imports(@CurrentPrincipal() principal: Principal, @DatasetId() id: string): Promise<ImportListResponse> {
    return toImportListResponse(await this.queries.execute(new ListImportsQuery(principal, id)));
  }

  private response(view: DatasetView): DatasetResponse {
    return toDatasetResponse(view, this.storage.describe());
  }
}

function sortKey(view: DatasetView, sort: DatasetSort): string {
  return sort === 'name' ? view.name : view.createdAt.toISOString();
}
