import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodBody, ZodParam } from '../../../../platform/http/zod-decorators.js';
import { CreateApiKeyCommand } from '../../application/commands/create-api-key/create-api-key.command.js';
import { RevokeApiKeyCommand } from '../../application/commands/revoke-api-key/revoke-api-key.command.js';
import { ListApiKeysQuery } from '../../application/queries/list-api-keys/list-api-keys.query.js';
import { apiKeyListResponse, createApiKeyRequest, createdApiKeyResponse, toApiKeyResponse, type ApiKeyListResponse, type CreateApiKeyRequest, type CreatedApiKeyResponse } from './dto/identity.schemas.js';

/** One's own keys. */
@ApiTags('api-keys')
@Controller({ path: 'api-keys', version: '1' })
export class ApiKeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiAnswer(200, apiKeyListResponse)
  async list(@CurrentPrincipal() principal: Principal): Promise<ApiKeyListResponse> {
    return { items: (await this.queries.execute(new ListApiKeysQuery(principal))).map(toApiKeyResponse), next_cursor: null };
  }

  @Post()
  @RequireScope('read')
  @ApiAnswer(201, createdApiKeyResponse)
  async create(@CurrentPrincipal() principal: Principal, @ZodBody(createApiKeyRequest) body: CreateApiKeyRequest): Promise<CreatedApiKeyResponse> {
    const expiresAt = body.expires_at == null ? null : new Date(body.expires_at);
    const made = await this.commands.execute(new CreateApiKeyCommand(principal, { name: body.name, scopes: body.scopes, expiresAt }));
    return { ...toApiKeyResponse(made.apiKey), key: made.key };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('read')
  @ApiAnswer(204, null)
  async revoke(@CurrentPrincipal() principal: Principal, @ZodParam('id', z.uuid()) id: string): Promise<void> {
    await this.commands.execute(new RevokeApiKeyCommand(principal, id));
  }
}
