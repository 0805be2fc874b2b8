import { datasetIdSchema } from '@app/contracts';
import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { Idempotent } from '../../../../platform/http/idempotent.decorator.js';
import { ApiAnswer, ZodBody, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { RemoveMemberCommand } from '../../application/commands/remove-member/remove-member.command.js';
import { SetMemberCommand } from '../../application/commands/set-member/set-member.command.js';
import { ListMembersQuery } from '../../application/queries/list-members/list-members.query.js';
import { addMemberRequest, changeMemberRequest, memberListResponse, memberResponse, toMemberResponse, type AddMemberRequest, type ChangeMemberRequest, type MemberListResponse, type MemberResponse } from './dto/member.schemas.js';

const DatasetId = (): ParameterDecorator => ZodParam('id', datasetIdSchema);
const UserId = (): ParameterDecorator => ZodParam('user_id', z.uuid());

/** Who may do what in a dataset: viewer < annotator < reviewer < admin < owner. */
@ApiTags('members')
@Controller({ path: 'datasets/:id/members', version: '1' })
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, memberListResponse)
  async list(@CurrentPrincipal() principal: Principal, @DatasetId() id: string): Promise<MemberListResponse> {
    return { items: (await this.queries.execute(new ListMembersQuery(principal, id))).map(toMemberResponse) };
  }

  @Post()
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(201, memberResponse, 'Also gives a member another role. A dataset may have several owners; that is how it is handed over.')
  async add(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @ZodBody(addMemberRequest) body: AddMemberRequest): Promise<MemberResponse> {
    return toMemberResponse(await this.commands.execute(new SetMemberCommand(principal, id, { email: body.email }, body.role)));
  }

  @Patch(':user_id')
  @RequireScope('label')
  @Idempotent()
  @ApiAnswer(200, memberResponse)
  async change(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @UserId() userId: string, @ZodBody(changeMemberRequest) body: ChangeMemberRequest): Promise<MemberResponse> {
    return toMemberResponse(await this.commands.execute(new SetMemberCommand(principal, id, { userId }, body.role)));
  }

  @Delete(':user_id')
  @HttpCode(204)
  @RequireScope('label')
  @ApiAnswer(204, null, 'The last owner cannot be removed. Everybody may leave.')
  async remove(@CurrentPrincipal() principal: Principal, @DatasetId() id: string, @UserId() userId: string): Promise<void> {
    await this.commands.execute(new RemoveMemberCommand(principal, id, userId));
  }
}
