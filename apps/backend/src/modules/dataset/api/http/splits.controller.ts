import { datasetIdSchema } from '@app/contracts';
import { Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { entityTag, requiredRevisions } from '../../../../platform/http/entity-tags.js';
import { CurrentExchange, type Exchange } from '../../../../platform/http/exchange.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { ApplySplitCommand } from '../../application/commands/apply-split/apply-split.command.js';
import { GetSplitQuery } from '../../application/queries/get-split/get-split.query.js';
import { PreviewSplitQuery } from '../../application/queries/preview-split/preview-split.query.js';
import type { PlannedSplitAnswer, SplitAnswer } from '../../application/split-answer.js';
import { configOf, plannedSplitResponse, splitRequest, splitResponse, type SplitRequest } from './dto/split.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);

/** Which images train, validate and test. */
@ApiTags('splits')
@Controller({ path: 'datasets/:id/splits', version: '1' })
export class SplitsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, splitResponse)
  async get(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @CurrentExchange() { reply }: Exchange): Promise<SplitAnswer> {
    const answer = await this.queries.execute(new GetSplitQuery(principal, id));
    void reply.headers({ etag: entityTag(answer.revision), 'cache-control': 'private, no-cache' });
    return answer;
  }

  @Post('preview')
  @HttpCode(200)
  @RequireScope('label')
  @ApiAnswer(200, plannedSplitResponse, 'What the rule would do now; nothing is changed. `revision` is the one that it would be applied to.')
  async preview(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(splitRequest) body: SplitRequest): Promise<PlannedSplitAnswer> {
    return this.queries.execute(new PreviewSplitQuery(principal, id, configOf(body)));
  }

  @Put()
  @RequireScope('label')
  @Idempotent()
  @ApiHeader({ name: 'If-Match', required: true, description: 'the ETag of the split; 428 without it, 412 with the current split in `current` when it is stale', schema: { type: 'string' } })
  @ApiAnswer(200, plannedSplitResponse, 'The rule is stored, and the images have the sides that follow from it: all or none.')
  async apply(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(splitRequest) body: SplitRequest, @CurrentExchange() { headers, reply }: Exchange): Promise<PlannedSplitAnswer> {
    const answer = await this.commands.execute(new ApplySplitCommand(principal, id, requiredRevisions(headers['if-match']), configOf(body)));
    void reply.header('etag', entityTag(answer.revision));
    return answer;
  }
}
