import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { entityTag, hasRevision, requiredRevisions } from '../../../../platform/http/entity-tags.js';
import { CurrentExchange, type Exchange } from '../../../../platform/http/exchange.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodPath } from '../../../../platform/http/zod-decorators.js';
import type { ClassesAnswer } from '../../application/class-answer.js';
import type { ClassChange } from '../../application/class-change.js';
import { ChangeClassesCommand } from '../../application/commands/change-classes/change-classes.command.js';
import { ListClassesQuery } from '../../application/queries/list-classes/list-classes.query.js';
import {
  addClassRequest,
  changeClassRequest,
  classesResponse,
  classPath,
  datasetPath,
  mergeRequest,
  orderRequest,
  type AddClassRequest,
  type ChangeClassRequest,
  type ClassPathValue,
  type MergeRequest,
  type OrderRequest,
} from './dto/class.schemas.js';

const IF_MATCH = ApiHeader({ name: 'If-Match', required: true, description: 'the ETag of the classes; 428 without it, 412 with the current classes in `current` when it is stale', schema: { type: 'string' } });

/** The classes of a dataset. An id is never given twice and never moves. */
@ApiTags('classes')
@Controller({ path: 'datasets/:id/classes', version: '1' })
export class ClassesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when this is still the ETag', schema: { type: 'string' } })
  @ApiAnswer(200, classesResponse)
  async list(@CurrentPrincipal() principal: Principal, @ZodPath(datasetPath) { id }: { id: string }, @CurrentExchange() { headers, reply }: Exchange): Promise<ClassesAnswer | undefined> {
    const answer = await this.queries.execute(new ListClassesQuery(principal, id));
    void reply.headers({ etag: entityTag(answer.revision), 'cache-control': 'private, no-cache' });
    if (!hasRevision(headers['if-none-match'], answer.revision)) return answer;
    void reply.status(304);
    return undefined;
  }

  @Post()
  @RequireScope('label')
  @Idempotent()
  @IF_MATCH
  @ApiAnswer(201, classesResponse)
  async add(@CurrentPrincipal() principal: Principal, @ZodPath(datasetPath) { id }: { id: string }, @ZodBody(addClassRequest) fields: AddClassRequest, @CurrentExchange() exchange: Exchange): Promise<ClassesAnswer> {
    return this.change({ principal, id, exchange }, { kind: 'add', fields });
  }

  @Put('order')
  @RequireScope('label')
  @Idempotent()
  @IF_MATCH
  @ApiAnswer(200, classesResponse)
  async order(@CurrentPrincipal() principal: Principal, @ZodPath(datasetPath) { id }: { id: string }, @ZodBody(orderRequest) body: OrderRequest, @CurrentExchange() exchange: Exchange): Promise<ClassesAnswer> {
    return this.change({ principal, id, exchange }, { kind: 'order', classIds: body.class_ids });
  }

  @Patch(':class_id')
  @RequireScope('label')
  @Idempotent()
  @IF_MATCH
  @ApiAnswer(200, classesResponse, 'Labels are of the id: they follow a new name. Keypoints and skeleton can be changed while no image shows the class.')
  async edit(@CurrentPrincipal() principal: Principal, @ZodPath(classPath) path: ClassPathValue, @ZodBody(changeClassRequest) fields: ChangeClassRequest, @CurrentExchange() exchange: Exchange): Promise<ClassesAnswer> {
    return this.change({ principal, id: path.id, exchange }, { kind: 'edit', classId: path.class_id, fields });
  }

  @Post(':class_id/merge')
  @HttpCode(200)
  @RequireScope('label')
  @Idempotent()
  @IF_MATCH
  @ApiAnswer(200, classesResponse, 'Every label of the class becomes one of `into`, as a new revision of its image, and the class is gone: all or nothing.')
  async merge(@CurrentPrincipal() principal: Principal, @ZodPath(classPath) path: ClassPathValue, @ZodBody(mergeRequest) { into }: MergeRequest, @CurrentExchange() exchange: Exchange): Promise<ClassesAnswer> {
    return this.change({ principal, id: path.id, exchange }, { kind: 'merge', classId: path.class_id, into });
  }

  @Delete(':class_id')
  @RequireScope('label')
  @Idempotent()
  @IF_MATCH
  @ApiAnswer(200, classesResponse, '409 while an image shows it: merge it into another class.')
  async remove(@CurrentPrincipal() principal: Principal, @ZodPath(classPath) path: ClassPathValue, @CurrentExchange() exchange: Exchange): Promise<ClassesAnswer> {
    return this.change({ principal, id: path.id, exchange }, { kind: 'delete', classId: path.class_id });
  }

  private async change(of: { readonly principal: Principal; readonly id: string; readonly exchange: Exchange }, change: ClassChange): Promise<ClassesAnswer> {
    const { headers, reply } = of.exchange;
    const answer = await this.commands.execute(new ChangeClassesCommand(of.principal, of.id, requiredRevisions(headers['if-match']), change));
    void reply.header('etag', entityTag(answer.revision));
    return answer;
  }
}
