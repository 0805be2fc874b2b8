import { Controller, Delete, Get, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, RequireScope } from '../../../../platform/auth/decorators.js';
import type { Principal } from '../../../../platform/auth/principal.js';
import { ApiAnswer, ZodBody, ZodParam, ZodQuery } from '../../../../platform/http/zod-decorators.js';
import { AbortDirectUploadCommand } from '../../application/commands/abort-direct-upload/abort-direct-upload.command.js';
import { BeginDirectUploadCommand } from '../../application/commands/begin-direct-upload/begin-direct-upload.command.js';
import { CompleteDirectUploadCommand } from '../../application/commands/complete-direct-upload/complete-direct-upload.command.js';
import { UploadStorage } from '../../application/ports/upload-storage.port.js';
import { GetDirectUploadQuery } from '../../application/queries/get-direct-upload/get-direct-upload.query.js';
import { datasetResponse, toDatasetResponse, type DatasetResponse } from './dto/dataset.schemas.js';
import { beginDirectUploadRequest, directUploadResponse, partsQuery, toDirectUploadResponse, type BeginDirectUploadRequest, type DirectUploadResponse, type PartsRequest } from './dto/direct-upload.schemas.js';
import { disconnectSignal } from './upload-request.js';

const UploadId = (): ParameterDecorator => ZodParam('upload_id', z.uuid());

/** Whole datasets straight to the bucket: begin, put the parts, complete. Each upload is seen by its uploader only. */
@ApiTags('datasets')
@Controller({ path: 'datasets/uploads', version: '1' })
export class DirectUploadsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly storage: UploadStorage,
  ) {}

  @Post()
  @RequireScope('label')
  // No Idempotency-Key: its answers are kept in the database, and presigned URLs are not to lie there.
  @ApiAnswer(201, directUploadResponse, 'A presigned PUT a part; more of them at datasets/uploads/{upload_id}.')
  async begin(@CurrentPrincipal() principal: Principal, @ZodBody(beginDirectUploadRequest) body: BeginDirectUploadRequest): Promise<DirectUploadResponse> {
    const input = { fileName: body.file_name, name: body.name, visibility: body.visibility, sizeBytes: body.size_bytes, partBytes: body.part_bytes };
    return toDirectUploadResponse(await this.commands.execute(new BeginDirectUploadCommand(principal, input)));
  }

  @Get(':upload_id')
  @RequireScope('label')
  @ApiAnswer(200, directUploadResponse, 'What has arrived, and new URLs for what has not: an upload goes on after a closed tab.')
  async get(@CurrentPrincipal() principal: Principal, @UploadId() id: string, @ZodQuery(partsQuery) query: PartsRequest): Promise<DirectUploadResponse> {
    return toDirectUploadResponse(await this.queries.execute(new GetDirectUploadQuery(principal, id, query)));
  }

  @Delete(':upload_id')
  @HttpCode(204)
  @RequireScope('label')
  @ApiAnswer(204, null, 'Given up; nothing of it stays in the bucket.')
  async abort(@CurrentPrincipal() principal: Principal, @UploadId() id: string): Promise<void> {
    await this.commands.execute(new AbortDirectUploadCommand(principal, id));
  }

  @Post(':upload_id/complete')
  @HttpCode(202)
  @RequireScope('label')
  @ApiAnswer(202, datasetResponse, 'The dataset with status `validating`: directory and labels are right, the images are still being read. A repeat gives the same. Refused later: uploads/{id} says why.')
  async complete(@CurrentPrincipal() principal: Principal, @UploadId() id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<DatasetResponse> {
    return toDatasetResponse(await this.commands.execute(new CompleteDirectUploadCommand(principal, id, disconnectSignal(reply))), this.storage.describe());
  }
}
