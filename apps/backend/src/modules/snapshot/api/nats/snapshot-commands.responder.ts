import { createSnapshotRpcV1 } from '@app/contracts';
import { NatsConsumer, OnRequest } from '@app/messaging';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { CredentialVerifier } from '../../../../platform/auth/credential-verifier.js';
import { ZodPipe } from '../../../../platform/http/zod-pipe.js';
import { CreateSnapshotCommand } from '../../application/commands/create-snapshot/create-snapshot.command.js';
import { GetSnapshotQuery } from '../../application/queries/get-snapshot/get-snapshot.query.js';
import { createSnapshotBody, toSnapshotResponse, type SnapshotResponse } from '../http/dto/snapshot.response.js';

/** The command of the REST API for NATS users: same policy, same handler, an API key instead of a header. */
@NatsConsumer()
export class SnapshotCommandsResponder {
  private readonly body = new ZodPipe(createSnapshotBody, 'validation-failed');

  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly credentials: CredentialVerifier,
  ) {}

  @OnRequest(createSnapshotRpcV1)
  async create(@Payload() request: z.output<typeof createSnapshotRpcV1.request>): Promise<SnapshotResponse> {
    const principal = await this.credentials.ofApiKey(request.api_key);
    const { snapshot } = await this.commands.execute(new CreateSnapshotCommand(principal, request.dataset_id, this.body.transform(request.body ?? {})));
    return toSnapshotResponse(await this.queries.execute(new GetSnapshotQuery(principal, request.dataset_id, snapshot.version)));
  }
}
