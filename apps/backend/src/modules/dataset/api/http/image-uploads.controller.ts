import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { AnnounceImagesCommand } from '../../application/commands/announce-images/announce-images.command.js';
import { CompleteImagesCommand } from '../../application/commands/complete-images/complete-images.command.js';
import { ListImageUploadsQuery } from '../../application/queries/list-image-uploads/list-image-uploads.query.js';
import {
  announceImagesRequest,
  announcementsResponse,
  completedResponse,
  completeImagesRequest,
  openUploadsResponse,
  pageQuery,
  toAnnouncement,
  toFileResult,
  toOpenUpload,
  type AnnounceImagesRequest,
  type AnnouncementsResponse,
  type CompletedResponse,
  type CompleteImagesRequest,
  type OpenUploadsResponse,
  type PageRequest,
} from './dto/image.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);

/** Images straight to the bucket: announce, put, complete. */
@ApiTags('images')
@Controller({ path: 'datasets/:id/images/uploads', version: '1' })
export class ImageUploadsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Post()
  @RequireScope('label')
  // No Idempotency-Key: its answers are kept in the database, and presigned URLs are not to lie there. What is announced twice is swept.
  @ApiAnswer(201, announcementsResponse, 'A presigned PUT a file, for exactly its bytes, once; or at once what became of it.')
  async announce(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(announceImagesRequest) body: AnnounceImagesRequest): Promise<AnnouncementsResponse> {
    const files = body.files.map((file) => ({ fileName: file.file_name, contentType: file.content_type, sizeBytes: file.size_bytes, sha256: file.sha256 }));
    const input = { files, onConflict: body.on_conflict, split: body.split ?? null };
    return { files: (await this.commands.execute(new AnnounceImagesCommand(principal, id, input))).map(toAnnouncement) };
  }

  @Get()
  @RequireScope('label')
  @ApiAnswer(200, openUploadsResponse, 'What you announced and did not complete; it is forgotten after a day.')
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodQuery(pageQuery) query: PageRequest): Promise<OpenUploadsResponse> {
    const scope = ['image-uploads', principal.userId, id];
    const after = query.cursor === undefined ? null : this.cursors.decode(query.cursor, scope).id;
    const open = await this.queries.execute(new ListImageUploadsQuery(principal, id, { after, limit: query.limit }));
    const last = open.length === query.limit ? open.at(-1) : undefined;
    return { items: open.map(toOpenUpload), next_cursor: last === undefined ? null : this.cursors.encode({ key: '', id: last.id }, scope) };
  }

  @Post('complete')
  @HttpCode(200)
  @RequireScope('label')
  @ApiAnswer(200, completedResponse, 'A result an id, in their order; a repeat gives the same. `pending` with code `state-conflict`: nothing was put yet.')
  async complete(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(completeImagesRequest) body: CompleteImagesRequest): Promise<CompletedResponse> {
    const results = await this.commands.execute(new CompleteImagesCommand(principal, id, body.ids));
    return { results: results.map((one) => ({ id: one.id, ...toFileResult(one) })) };
  }
}
