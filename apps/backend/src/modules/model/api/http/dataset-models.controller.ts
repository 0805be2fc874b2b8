import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { ModelRegistry } from '../../application/model-registry.js';
import { ModelUploads } from '../../application/model-uploads.js';
import {
  beginUploadRequest,
  listModelsQuery,
  modelListResponse,
  modelResponse,
  openedUploadResponse,
  toModel,
  toOpenedUpload,
  uploadInputOf,
  type BeginUploadRequest,
  type ListModelsRequest,
  type ModelPageResponse,
  type ModelResponse,
  type OpenedUploadResponse,
} from './dto/model.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);

@ApiTags('models')
@Controller({ path: 'datasets/:id/models', version: '1' })
export class DatasetModelsController {
  constructor(
    private readonly registry: ModelRegistry,
    private readonly uploads: ModelUploads,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, modelListResponse, 'Newest first.')
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(listModelsQuery) query: ListModelsRequest): Promise<ModelPageResponse> {
    const scope = ['models', principal.userId, id, query.stage];
    const from = query.cursor === undefined ? undefined : this.cursors.decode(query.cursor, scope);
    const after = from === undefined ? {} : { after: { createdAt: new Date(from.key), id: from.id } };
    const models = await this.registry.list(principal, id, { stage: query.stage, limit: query.limit, ...after });
    const last = models.length === query.limit ? models.at(-1) : undefined;
    return { items: models.map(toModel), next_cursor: last === undefined ? null : this.cursors.encode({ key: last.createdAt.toISOString(), id: last.id }, scope) };
  }

  @Post('uploads')
  @HttpCode(201)
  @RequireScope('train')
  @Idempotent()
  @ApiAnswer(201, openedUploadResponse, 'Put the ONNX file to the address with exactly these headers, then complete. One that is not completed within a day is forgotten.')
  async begin(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(beginUploadRequest) body: BeginUploadRequest): Promise<OpenedUploadResponse> {
    return toOpenedUpload(await this.uploads.begin(principal, id, uploadInputOf(body)));
  }

  @Post('uploads/:upload_id/complete')
  @HttpCode(200)
  @RequireScope('train')
  @ApiAnswer(200, modelResponse, 'The file was loaded and run once. A repeat answers the same; 422 says everything that is wrong, and the upload begins anew.')
  async complete(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodParam('upload_id', z.uuid()) uploadId: string): Promise<ModelResponse> {
    return toModel(await this.uploads.complete(principal, id, uploadId));
  }
}
