import { Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { CursorCodec } from '../../../../platform/paging/cursor-codec.js';
import { CreateUserCommand } from '../../application/commands/create-user/create-user.command.js';
import { ResetPasswordCommand } from '../../application/commands/reset-password/reset-password.command.js';
import { UpdateUserCommand } from '../../application/commands/update-user/update-user.command.js';
import { ListUsersQuery } from '../../application/queries/list-users/list-users.query.js';
import {
  createdUserResponse,
  createUserRequest,
  oneTimePasswordResponse,
  toUserResponse,
  updateUserRequest,
  userListQuery,
  userListResponse,
  userResponse,
  type CreatedUserResponse,
  type CreateUserRequest,
  type OneTimePasswordResponse,
  type UpdateUserRequest,
  type UserListRequest,
  type UserListResponse,
  type UserResponse,
} from './dto/identity.schemas.js';

/** For administrators of the installation. Answers with a password are never kept under an Idempotency-Key. */
@ApiTags('users')
@Controller({ path: 'users', version: '1' })
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @RequireScope('admin')
  @ApiAnswer(200, userListResponse)
  async list(@CurrentPrincipal() principal: Principal, @ZodQuery(userListQuery) query: UserListRequest): Promise<UserListResponse> {
    const after = query.cursor === undefined ? undefined : this.cursors.decode(query.cursor, ['users']);
    const users = await this.queries.execute(new ListUsersQuery(principal, { limit: query.limit, after }));
    const last = users.length === query.limit ? users.at(-1) : undefined;
    return { items: users.map(toUserResponse), next_cursor: last === undefined ? null : this.cursors.encode({ key: last.email, id: last.id }, ['users']) };
  }

  @Post()
  @RequireScope('admin')
  @ApiAnswer(201, createdUserResponse)
  async create(@CurrentPrincipal() principal: Principal, @ZodBody(createUserRequest) body: CreateUserRequest): Promise<CreatedUserResponse> {
    const made = await this.commands.execute(new CreateUserCommand(principal, { email: body.email, displayName: body.display_name, isAdmin: body.is_admin }));
    return { user: toUserResponse(made.user), one_time_password: made.oneTimePassword };
  }

  @Patch(':id')
  @RequireScope('admin')
  @ApiAnswer(200, userResponse)
  async update(@CurrentPrincipal() principal: Principal, @ZodParam('id', z.uuid()) id: string, @ZodBody(updateUserRequest) body: UpdateUserRequest): Promise<UserResponse> {
    const change = { displayName: body.display_name, isAdmin: body.is_admin, disabled: body.disabled };
    return toUserResponse(await this.commands.execute(new UpdateUserCommand(principal, id, change)));
  }

  @Post(':id/reset-password')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiAnswer(200, oneTimePasswordResponse)
  async resetPassword(@CurrentPrincipal() principal: Principal, @ZodParam('id', z.uuid()) id: string): Promise<OneTimePasswordResponse> {
    return { one_time_password: (await this.commands.execute(new ResetPasswordCommand(principal, id))).oneTimePassword };
  }
}
