import { datasetIdSchema } from '@app/contracts';
import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { AcceptsForm } from '../../../../platform/http/request-rules.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { AddImagesCommand } from '../../application/commands/add-images/add-images.command.js';
import { ChangeImagesCommand, type ImageAction } from '../../application/commands/change-images/change-images.command.js';
import { RegisterImagesCommand } from '../../application/commands/register-images/register-images.command.js';
import { GetImageQuery } from '../../application/queries/get-image/get-image.query.js';
import type { ImageFilter } from '../../application/ports/image-list.port.js';
import { ListHardestImagesQuery } from '../../application/queries/list-hardest-images/list-hardest-images.query.js';
import { ListImagesQuery } from '../../application/queries/list-images/list-images.query.js';
import {
  changedImagesResponse,
  changeImagesRequest,
  fileResultsResponse,
  imageIdParameter,
  imageListResponse,
  imageResponse,
  listImagesQuery,
  toFileResults,
  toImageResponse,
  type ChangedImagesResponse,
  type ChangeImagesRequest,
  type FileResultsResponse,
  type ImageListResponse,
  type ImageResponse,
  type ListImagesRequest,
} from './dto/image.schemas.js';
import { registeredResponse, registerImagesRequest, type RegisteredResponse, type RegisterImagesRequest } from './dto/import.schemas.js';
import { readImageForm } from './image-form.js';
import { disconnectSignal } from './upload-request.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);
const ImageId = (): ParameterDecorator => ZodParam('image_id', imageIdParameter);

@ApiTags('images')
@Controller({ path: 'datasets/:id/images', version: '1' })
export class ImagesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('label')
  @AcceptsForm()
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        on_conflict: { type: 'string', enum: ['keep_both', 'skip', 'replace'], default: 'keep_both' },
        split: { type: 'string', enum: ['train', 'val', 'test'] },
        file: { type: 'array', maxItems: 1_000, items: { type: 'string', format: 'binary' }, description: 'one or many JPEG, PNG or WebP of at most 100 MB and 100 Mpx; the fields come before them' },
      },
    },
  })
  @ApiAnswer(200, fileResultsResponse, 'A result a file, whatever became of them: the good ones are in. 8 such requests of a user at a time.')
  async add(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<FileResultsResponse> {
    const input = { open: () => readImageForm(request), signal: disconnectSignal(reply) };
    return toFileResults(await this.commands.execute(new AddImagesCommand(principal, id, input)));
  }

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, imageListResponse)
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(listImagesQuery) query: ListImagesRequest): Promise<ImageListResponse> {
    const { limit, cursor, class_id: classId, labeled_by: labeledBy, after, before, order, has_suggestion: suggested, ...rest } = query;
    const filter = { ...rest, classId, labeledBy, ...(suggested === undefined ? {} : { hasSuggestion: suggested === 'true' }) };
    if (order === 'hardest') return this.hardest(principal, id, { filter, limit, cursor });
    const backward = before !== undefined;
    const scope = ['images', principal.userId, id, filter, backward];
    const start = cursor === undefined ? (before ?? after ?? 0) : Number(this.cursors.decode(cursor, scope).id);
    const page = await this.queries.execute(new ListImagesQuery(principal, id, filter, { after: start, backward, limit }));
    return { items: page.images.map(toImageResponse), next_cursor: page.next === null ? null : this.cursors.encode({ key: '', id: String(page.next) }, scope), total: page.total };
  }

  private async hardest(principal: Principal, id: string, asked: { readonly filter: ImageFilter; readonly limit: number; readonly cursor: string | undefined }): Promise<ImageListResponse> {
    const { filter, limit, cursor } = asked;
    const scope = ['hardest-images', principal.userId, id, filter];
    const from = cursor === undefined ? null : this.cursors.decode(cursor, scope);
    const after = from === null ? null : { uncertainty: Number(from.key), number: Number(from.id) };
    const { images, next } = await this.queries.execute(new ListHardestImagesQuery(principal, id, filter, { after, limit }));
    const items = images.map((one) => ({ ...toImageResponse(one), uncertainty: one.uncertainty }));
    return { items, next_cursor: next === null ? null : this.cursors.encode({ key: String(next.uncertainty), id: String(next.number) }, scope), total: null };
  }

  @Post('bulk')
  @HttpCode(200)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, changedImagesResponse, 'On all of them or, when one is not there, on none.')
  async change(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(changeImagesRequest) body: ChangeImagesRequest): Promise<ChangedImagesResponse> {
    return this.commands.execute(new ChangeImagesCommand(principal, id, body.ids, actionOf(body)));
  }

  @Post('register')
  @HttpCode(202)
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(202, registeredResponse, 'Images that lie in the bucket already are taken in where they are, in the background; progress at datasets/{id}/imports, refusals at datasets/{id}/findings.')
  async register(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(registerImagesRequest) body: RegisterImagesRequest): Promise<RegisteredResponse> {
    const input = { prefix: body.prefix, onConflict: body.on_conflict, split: body.split ?? null };
    return { import_id: await this.commands.execute(new RegisterImagesCommand(principal, id, input)) };
  }

  @Get(':image_id')
  @RequireScope('read')
  @ApiAnswer(200, imageResponse)
  async get(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ImageId() number: number): Promise<ImageResponse> {
    return toImageResponse(await this.queries.execute(new GetImageQuery(principal, id, number)));
  }

  @Delete(':image_id')
  @HttpCode(204)
  @RequireScope('label')
  @ApiAnswer(204, null, 'It can be taken back.')
  async remove(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ImageId() number: number): Promise<void> {
    await this.commands.execute(new ChangeImagesCommand(principal, id, [number], { kind: 'delete' }));
  }

  @Post(':image_id/restore')
  @HttpCode(200)
  @RequireScope('label')
  @ApiAnswer(200, imageResponse, 'A repeat changes nothing.')
  async restore(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ImageId() number: number): Promise<ImageResponse> {
    await this.commands.execute(new ChangeImagesCommand(principal, id, [number], { kind: 'restore' }));
    return toImageResponse(await this.queries.execute(new GetImageQuery(principal, id, number)));
  }
}

function actionOf(body: ChangeImagesRequest): ImageAction {
  switch (body.action) {
    case 'split':
      return { kind: 'split', split: body.split };
    case 'assign':
      return { kind: 'assign', assignee: body.assignee };
    case 'delete':
    case 'restore':
      return { kind: body.action };
  }
}
