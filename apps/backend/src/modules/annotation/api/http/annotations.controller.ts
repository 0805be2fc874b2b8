import { Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { entityTag, hasRevision, requiredRevisions } from '../../../../platform/http/entity-tags.js';
import { CurrentExchange, type Exchange } from '../../../../platform/http/exchange.js';
import { idempotencyKeyOf, requestHashOf } from '../../../../platform/http/idempotency-header.js';
import { IdempotentByItself } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodPath, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import type { AnnotationAnswer } from '../../application/annotation-answer.js';
import { EditAnnotationsCommand, type EditResult, type WriteGuard } from '../../application/commands/edit-annotations/edit-annotations.command.js';
import { RestoreAnnotationsCommand } from '../../application/commands/restore-annotations/restore-annotations.command.js';
import { GetAnnotationsQuery } from '../../application/queries/get-annotations/get-annotations.query.js';
import { ListHistoryQuery } from '../../application/queries/list-history/list-history.query.js';
import {
  annotationResponse,
  annotationsQuery,
  historyQuery,
  historyResponse,
  imagePath,
  patchOf,
  patchRequest,
  restoreRequest,
  type AnnotationsRequest,
  type HistoryRequest,
  type HistoryResponse,
  type ImagePathValue,
  type PatchRequest,
  type RestoreRequest,
} from './dto/annotation.schemas.js';
import { historyItem } from './dto/history-item.js';

const ImagePath = (): ParameterDecorator => ZodPath(imagePath);
const imageOf = ({ id: datasetId, image_id: number }: ImagePathValue): { datasetId: string; number: number } => ({ datasetId, number });
const IF_MATCH = ApiHeader({ name: 'If-Match', required: true, description: 'the ETag of the labels that this changes; 428 without it, 412 with the current labels in `current` when it is stale', schema: { type: 'string' } });

@ApiTags('annotations')
@Controller({ path: 'datasets/:id/annotations/:image_id', version: '1' })
export class AnnotationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when this is still the ETag', schema: { type: 'string' } })
  @ApiAnswer(200, annotationResponse)
  async get(
    @CurrentPrincipal() principal: Principal,
    @ImagePath() path: ImagePathValue,
    @ZodQuery(annotationsQuery) query: AnnotationsRequest,
    @CurrentExchange() { headers, reply }: Exchange,
  ): Promise<AnnotationAnswer | undefined> {
    const answer = await this.queries.execute(new GetAnnotationsQuery(principal, imageOf(path), query.revision));
    void reply.headers({ etag: entityTag(answer.revision), 'cache-control': 'private, no-cache' });
    if (!hasRevision(headers['if-none-match'], answer.revision)) return answer;
    void reply.status(304);
    return undefined;
  }

  @Patch()
  @RequireScope('label')
  @IdempotentByItself()
  @IF_MATCH
  @ApiAnswer(
    200,
    annotationResponse,
    'The new revision. `annotation` replaces the one of a task with one annotation an image; else with `id` it changes fields of that object, without `id` and with `class_id` it adds one, without both it changes the only one. `annotations` replaces the list. `changes` replaces, adds (an id of yours) or removes (null) objects by id.',
  )
  async edit(
    @CurrentPrincipal() principal: Principal,
    @ImagePath() path: ImagePathValue,
    @ZodBody(patchRequest) body: PatchRequest,
    @CurrentExchange() { headers, reply }: Exchange,
  ): Promise<AnnotationAnswer> {
    return shown(await this.commands.execute(new EditAnnotationsCommand(principal, imageOf(path), patchOf(body), guardOf(headers, body))), reply);
  }

  @Get('history')
  @RequireScope('read')
  @ApiAnswer(200, historyResponse, 'Every revision, newest first.')
  async history(@CurrentPrincipal() principal: Principal, @ImagePath() path: ImagePathValue, @ZodQuery(historyQuery) query: HistoryRequest): Promise<HistoryResponse> {
    const scope = ['annotation-history', principal.userId, path.id, path.image_id];
    const beforeSeq = query.cursor === undefined ? null : Number(this.cursors.decode(query.cursor, scope).key);
    const items = await this.queries.execute(new ListHistoryQuery(principal, imageOf(path), { beforeSeq, limit: query.limit }));
    const last = items.at(-1)?.seq ?? null;
    return { items: items.map(historyItem), next_cursor: last === null ? null : this.cursors.encode({ key: String(last), id: '' }, scope) };
  }

  @Post('restore')
  @HttpCode(200)
  @RequireScope('label')
  @IdempotentByItself()
  @IF_MATCH
  @ApiAnswer(200, annotationResponse, 'The labels of an earlier revision, as a new one.')
  async restore(
    @CurrentPrincipal() principal: Principal,
    @ImagePath() path: ImagePathValue,
    @ZodBody(restoreRequest) body: RestoreRequest,
    @CurrentExchange() { headers, reply }: Exchange,
  ): Promise<AnnotationAnswer> {
    return shown(await this.commands.execute(new RestoreAnnotationsCommand(principal, imageOf(path), body.revision, guardOf(headers, { restore: body.revision }))), reply);
  }
}

function guardOf(headers: Exchange['headers'], asked: unknown): WriteGuard {
  const ifMatch = requiredRevisions(headers['if-match']);
  const key = headers['idempotency-key'];
  return key === undefined ? { ifMatch } : { ifMatch, repeat: { key: idempotencyKeyOf(key), requestHash: requestHashOf(asked) } };
}

function shown({ answer, replayed }: EditResult, reply: Exchange['reply']): AnnotationAnswer {
  void reply.header('etag', entityTag(answer.revision));
  if (replayed) void reply.header('idempotent-replay', 'true');
  return answer;
}
