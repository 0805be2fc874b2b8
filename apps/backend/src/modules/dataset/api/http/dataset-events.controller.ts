import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { lastEventId, streamEvents, type SseEvent } from '../../../../platform/sse/sse-stream.js';
import { DatasetFeed, type DatasetFeedEvent } from '../../application/dataset-feed.js';
import { toSseEvent } from './dto/dataset-event.schemas.js';

/** A dataset as it changes. */
@ApiTags('datasets')
@Controller({ path: 'datasets/:id/events', version: '1' })
export class DatasetEventsController {
  constructor(private readonly feed: DatasetFeed) {}

  @Get()
  @RequireScope('read')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the position to go on behind; without it the stream begins now', schema: { type: 'string' } })
  @ApiAnswer(200, null, 'text/event-stream: position, image-added, image-removed, image-replaced, image-restored, annotated, split, classes, imported, import. Ids are positions in the dataset\'s sequence of changes.')
  async events(@CurrentPrincipal() principal: Principal, @ZodParam('id', datasetIdSchema) id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const last = lastEventId(request);
    await streamEvents(request, reply, (signal) => told(this.feed.follow(principal, id, { from: last === null ? null : Number(last), signal })));
  }
}

async function* told(feed: AsyncIterable<DatasetFeedEvent | null>): AsyncIterable<SseEvent | null> {
  for await (const event of feed) yield event === null ? null : toSseEvent(event);
}
