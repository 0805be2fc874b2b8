import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { streamEvents, type SseEvent } from '../../../../platform/sse/sse-stream.js';
import type { UploadView } from '../../application/ports/upload-sessions.port.js';
import { GetUploadQuery } from '../../application/queries/get-upload/get-upload.query.js';
import { UploadFeed } from '../../application/upload-feed.js';
import { toUploadResponse, uploadResponse, type UploadResponse } from './dto/dataset.schemas.js';

/** Progress of uploads; each is seen by its uploader only. */
@ApiTags('datasets')
@Controller({ path: 'uploads', version: '1' })
export class UploadsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly feed: UploadFeed,
  ) {}

  @Get(':id')
  @RequireScope('read')
  @ApiAnswer(200, uploadResponse)
  async get(@CurrentPrincipal() principal: Principal, @ZodParam('id', z.uuid()) id: string): Promise<UploadResponse> {
    return toUploadResponse(await this.queries.execute(new GetUploadQuery(principal, id)));
  }

  @Get(':id/events')
  @RequireScope('read')
  @ApiAnswer(200, null, 'text/event-stream of `upload` events until the upload ends.')
  async events(@CurrentPrincipal() principal: Principal, @ZodParam('id', z.uuid()) id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await streamEvents(request, reply, (signal) => told(this.feed.follow(principal, id, signal)));
  }
}

async function* told(uploads: AsyncIterable<UploadView>): AsyncIterable<SseEvent> {
  for await (const upload of uploads) yield { id: String(upload.updatedAt.getTime()), event: 'upload', data: toUploadResponse(upload) };
}
