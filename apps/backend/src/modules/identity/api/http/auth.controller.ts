import { isIP } from 'node:net';
import { DomainError } from '@app/kernel';
import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, Public, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodBody } from '../../../../platform/http/zod-decorators.js';
import { ChangePasswordCommand } from '../../application/commands/change-password/change-password.command.js';
import { LogInCommand, type LoggedIn } from '../../application/commands/log-in/log-in.command.js';
import { LogOutCommand } from '../../application/commands/log-out/log-out.command.js';
import { RefreshSessionCommand } from '../../application/commands/refresh-session/refresh-session.command.js';
import { GetMeQuery } from '../../application/queries/get-me/get-me.query.js';
import {
  changePasswordRequest,
  loginRequest,
  sessionResponse,
  toSessionResponse,
  toUserResponse,
  userResponse,
  type ChangePasswordRequest,
  type LoginRequest,
  type SessionResponse,
  type UserResponse,
} from './dto/identity.schemas.js';
import { RefreshCookie } from './refresh-cookie.js';

@ApiTags('auth')
@Controller({ version: '1' })
export class AuthController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post('auth/login')
  @HttpCode(200)
  @Public()
  @ApiAnswer(200, sessionResponse)
  async logIn(@ZodBody(loginRequest) body: LoginRequest, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionResponse> {
    return this.answer(reply, await this.commands.execute(new LogInCommand(body.email, body.password, addressOf(request))));
  }

  /** A cookie is sent by other sites' forms too (SameSite stops most): the header that only a script of this page can set is asked for. */
  @Post('auth/refresh')
  @HttpCode(200)
  @Public()
  @ApiAnswer(200, sessionResponse, 'Needs the refresh cookie and the header X-Requested-With.')
  async refresh(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionResponse> {
    const token = request.headers['x-requested-with'] === undefined ? null : this.cookie.read(request);
    if (token === null) throw new DomainError('unauthenticated', 'The session has ended. Log in again.');
    return this.answer(reply, await this.commands.execute(new RefreshSessionCommand(token)));
  }

  @Post('auth/logout')
  @HttpCode(204)
  @RequireScope('read')
  @ApiAnswer(204, null)
  async logOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = this.cookie.read(request);
    if (token !== null) await this.commands.execute(new LogOutCommand(token));
    this.cookie.clear(reply);
  }

  @Get('me')
  @RequireScope('read')
  @ApiAnswer(200, userResponse)
  async me(@CurrentPrincipal() principal: Principal): Promise<UserResponse> {
    return toUserResponse(await this.queries.execute(new GetMeQuery(principal)));
  }

  @Post('me/password')
  @HttpCode(200)
  @RequireScope('read')
  @ApiAnswer(200, sessionResponse, 'Every other session and key of yours has ended.')
  async changePassword(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(changePasswordRequest) body: ChangePasswordRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    return this.answer(reply, await this.commands.execute(new ChangePasswordCommand(principal, body.current_password, body.new_password, addressOf(request))));
  }

  private answer(reply: FastifyReply, loggedIn: LoggedIn): SessionResponse {
    this.cookie.set(reply, loggedIn.session);
    return toSessionResponse(loggedIn);
  }
}

/** Of the client, through proxies that are trusted; what they pass on is a header and may be anything. */
function addressOf(request: FastifyRequest): string {
  return isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? 'unknown') : request.ip;
}
